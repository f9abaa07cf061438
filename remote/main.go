package remote

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"time"
)

// Main makes a program able to run on peers. It comes first in main, before
// flags are read. In a process that a driver has started it serves the driver,
// ends the process when that is gone, and never returns; in every other one it
// returns at once.
//
// So what main does after it - flags, globals, files that are opened - has not
// happened in peers. What package initialisation does has.
//
// In a peer the standard output belongs to the connection: what is written to
// os.Stdout goes to standard error, the last of which is in errors about the
// peer.
//
// The services say which streams the process serves as a peer, beside those of
// [KindEcho]. Two of them for one kind are a mistake, and so are two plans.
func Main(services ...Service) {
	s := merge(services)
	peer := os.Getenv(PeerEnv) != ""
	_ = os.Unsetenv(PeerEnv) // programs that this one starts are no peers
	mainCalled.Store(true)
	if peer {
		os.Exit(serveStdio(s))
	}
}

func merge(services []Service) Service {
	var s Service
	for _, other := range services {
		for kind, h := range maps.All(other.Handlers) {
			if s.Handlers[kind] != nil {
				panic(fmt.Sprintf("remote: Main: two handlers for streams of %v", kind))
			}
			if s.Handlers == nil {
				s.Handlers = map[Kind]Handler{}
			}
			s.Handlers[kind] = h
		}
		switch {
		case s.Plan == nil:
			s.Plan = other.Plan
		case other.Plan != nil && !bytes.Equal(s.Plan, other.Plan):
			panic("remote: Main: two plans")
		}
	}
	return s
}

// serveStdio returns the exit status of a peer.
func serveStdio(s Service) int {
	// A driver that is gone does not read standard error: the peer cleans up
	// before it ends, and must not die of a write.
	ignoreBrokenPipe()
	in, out, err := takeStdio()
	if err == nil {
		if path, err := os.Executable(); err == nil {
			prune(path, time.Now())
		}
		err = Serve(context.Background(), &stdio{in: in, out: out}, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// stdio is the connection of a peer with its driver.
type stdio struct {
	in  io.ReadCloser
	out io.WriteCloser
}

func (s *stdio) Read(p []byte) (int, error)  { return s.in.Read(p) }
func (s *stdio) Write(p []byte) (int, error) { return s.out.Write(p) }

// Close makes sure that the process ends, even where a read of standard input
// cannot be interrupted, and Serve waits for it.
func (s *stdio) Close() error {
	time.AfterFunc(serveGrace+time.Second, func() { os.Exit(1) })
	_ = s.out.Close()
	return s.in.Close()
}
