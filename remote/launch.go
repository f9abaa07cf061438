package remote

import (
	"context"
	"io"
)

// A Launcher starts a process on a host and connects its standard input and
// output with the driver. [SSH], [Command] and [Local] cover what is common;
// another one can be a few lines around whatever gives a shell elsewhere.
type Launcher interface {
	// Launch starts the process that is to be, or to become, the peer of h. What
	// the process, and what connects to it, write to standard error goes to
	// stderr. ctx bounds the call, and not the process.
	Launch(ctx context.Context, h Host, stderr io.Writer) (Process, error)
}

// A Process is what a [Launcher] has started.
type Process struct {
	// Conn reads what the process writes to its standard output, and writes what
	// it reads from its standard input. Close ends the process, if it has not
	// ended, at least as far as can be seen from here; calls of Read and Write
	// that wait return. Its error is how the process ended, if that was of its own
	// accord and not well.
	Conn io.ReadWriteCloser

	// Shell says that the process is a POSIX shell, which reads commands from its
	// standard input, and that the program is to be sent and started through it.
	// If not, the process is this program, with [PeerEnv] in its environment.
	Shell bool
}

// PeerEnv is the environment variable that makes [Main] serve, if it is not
// empty.
const PeerEnv = "ANABRANCH_PEER"
