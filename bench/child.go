package main

import (
	"context"
	"os"

	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/bench/internal/workload"
)

// child is the argument with which the command starts itself to do one job, and alone that
// for a job of peers in one process.
const (
	child = "child"
	alone = "alone"
)

// serve is that process.
func serve(ctx context.Context) error { return trial.Serve(ctx, os.Stdin, os.Stdout, workload.Ours) }

func serveAlone(ctx context.Context) error {
	return trial.Serve(ctx, os.Stdin, os.Stdout, workload.Alone)
}
