// Bench measures: it makes inputs, runs workloads with the library and with what people would otherwise use, a process
// each and in turns, holds the answers against each other, and draws what it found.
//
//	go run ./bench list
//	go run ./bench gen -size 64m
//	go run ./bench run wordcount                         # ours, as a table
//	go run ./bench run wordcount -input access.log       # over a file of yours
//	go run ./bench run -versus -json today.json sort 1brc
//	go run ./bench compare yesterday.json today.json
//	go run ./bench report today.json                     # as a page, bench.html
//	go run ./bench report -all                           # measure everything, and then the page
//
// The last of these is all that it takes to repeat what docs/benchmarks.md says; with -docs it writes that file again,
// too. With GOAMD64=v3 in front all programs are built for that instruction set, ours and the others.
//
// # Ideas
//
// A measured run is a process that does one job once, so that time, processor time and memory are that job's alone; package
// trial has the protocol. Machines differ and are noisy, so what counts are ratios: programs take turns, the order of turns
// is reversed each round, and a ratio is one of two runs of the same round. What is told of ratios is their median and
// the interval in which it lies.
//
// The jobs are in bench/internal/workload, the programs of others in bench/versus, which is a module of its own, so that
// nothing of what they need reaches users of the library. Go benchmarks, for go test -bench, are in bench/micro.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"anabranch.dev/remote"
)

// A verb is what the command can do.
type verb struct {
	name, args, about string
	run               func(context.Context, []string) error
}

func verbs() []verb {
	return []verb{
		{"list", "", "name the workloads and the programs that can do them", list},
		{"gen", "[-size N] [WORKLOAD...]", "make the inputs, or check those that are there", gen},
		{"run", "[OPTIONS] WORKLOAD...", "measure, and print a table", measure},
		{"compare", "A.json B.json", "say what changed between two measurements", compare},
		{"report", "[-all | FILE.json] [-o FILE.html] [-docs]", "draw a page of what was measured", report},
		{"guard", "", "fail where a ratio within this run is worse than it may be", guard},
	}
}

func main() {
	remote.Main() // of the peers that workloads start
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := dispatch(ctx, os.Args[1:])
	stop()
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == child {
		return serve(ctx)
	}
	if len(args) == 1 && args[0] == alone {
		return serveAlone(ctx)
	}
	if len(args) > 0 {
		for _, v := range verbs() {
			if v.name == args[0] {
				return v.run(ctx, args[1:])
			}
		}
	}
	fmt.Fprintf(os.Stderr, "usage: go run ./bench COMMAND\n\n")
	for _, v := range verbs() {
		fmt.Fprintf(os.Stderr, "  %-8s %s\n  %-8s %s\n", v.name, v.args, "", v.about)
	}
	if len(args) > 0 && args[0] != "-h" && args[0] != "-help" && args[0] != "help" {
		return fmt.Errorf("there is no command %q", args[0])
	}
	return flag.ErrHelp
}
