package remote

import (
	"errors"
	"fmt"
	"strings"

	"anabranch.dev/exec/dist"
)

// maxText bounds the texts of errors that travel.
const maxText = 8 << 10

// Errors for errors.Is.
var (
	// ErrLost is why streams of a peer end that is gone or was not heard of.
	ErrLost = errors.New("peer lost")
	// ErrRemoved is why streams of a peer end that [Cluster.Remove] or
	// [Cluster.Close] has sent away.
	ErrRemoved = errors.New("peer removed")
	// ErrNoPeers is why a run of a plan ends that has no peer left to run on. It
	// wraps the [PeerError] of one that was lost.
	ErrNoPeers = dist.ErrNoPeers
)

// A Stage is how far a peer has come.
type Stage string

// The stages, in their order.
const (
	StageLaunch    Stage = "launch"    // a process is started that connects to the host
	StageProbe     Stage = "probe"     // the shell of the host says what the host is, and whether it has the program
	StageUpload    Stage = "upload"    // the program is sent
	StageStart     Stage = "start"     // the program is started, and reports
	StageHandshake Stage = "handshake" // driver and peer compare what they are
	StageServe     Stage = "serve"     // the peer serves streams
)

// A PeerError says which peer failed, how far it had come, and what its
// processes wrote to standard error last.
type PeerError struct {
	ID     int
	Name   string
	Stage  Stage
	Stderr string // the last of what was written, whole lines
	Err    error
}

func (e *PeerError) Error() string {
	s := fmt.Sprintf("peer %d (%s): %s: %v", e.ID, e.Name, e.Stage, e.Err)
	lines := strings.Split(strings.TrimSpace(e.Stderr), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return s
	}
	const most = 10
	if len(lines) > most {
		lines = lines[len(lines)-most:]
	}
	return s + "; its standard error ends:\n\t" + strings.Join(lines, "\n\t")
}

func (e *PeerError) Unwrap() error { return e.Err }

// A RemoteError is the error of a handler of the other side, whose text is all
// that has travelled.
type RemoteError struct {
	From   string // the peer, as in "peer 2 (node7)", or "driver"
	Header Header // of the stream that it served
	Text   string
}

func (e *RemoteError) Error() string { return fmt.Sprintf("%s: %v: %s", e.From, e.Header, e.Text) }
