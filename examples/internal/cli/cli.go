// Package cli is what the example commands share: how they are asked for help,
// how they take sizes and settings of a run, and how they end.
//
//	func main() {
//		settings := cli.Flags()
//		cli.Parse("[OPTIONS] PATH...", "Counts the lines of files.")
//		cli.Run(func(ctx context.Context) error {
//			plan := ...
//			if settings.Explained(plan) {
//				return nil
//			}
//			return df.Run(ctx, plan, settings.Options()...)
//		})
//	}
//
// It is no framework for commands: package flag does the work.
package cli

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

// interrupted is the exit code of a command that Ctrl-C has ended, as shells
// have it: 128 and the number of the signal.
const interrupted = 130

// Parse reads the flags of the command. With -h it prints how to call the
// command and what it does, and ends it; a wrong flag ends it with exit code 2.
func Parse(synopsis, about string) {
	flag.Usage = func() {
		out := flag.CommandLine.Output()
		fmt.Fprintf(out, "usage: %s %s\n\n%s\n\n", name(), synopsis, strings.TrimSpace(about))
		flag.PrintDefaults()
	}
	flag.Parse()
}

// Misuse says what is wrong with the arguments, and how to call the command,
// and ends it with exit code 2.
func Misuse(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s: %s\n", name(), fmt.Sprintf(format, args...))
	flag.Usage()
	os.Exit(2)
}

// Run ends the command with what main returns: exit code 0, or 1 and a message.
// Ctrl-C ends the context of main, and then, when main has returned with an
// error, the command with exit code 130; a second Ctrl-C ends it at once.
func Run(main func(ctx context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	err := main(ctx)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		fmt.Fprintf(os.Stderr, "%s: interrupted\n", name())
		os.Exit(interrupted)
	default:
		fmt.Fprintf(os.Stderr, "%s: %v\n", name(), err)
		os.Exit(1)
	}
}

func name() string { return strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") }
