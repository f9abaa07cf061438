package main

import (
	"context"
	"fmt"
	"os"

	"anabranch.dev/bench/data"
	"anabranch.dev/internal/human"
)

// gen is the command of that name.
func gen(ctx context.Context, args []string) error {
	f := newFlags("gen", "[-size N] [WORKLOAD...]")
	size := bytesFlag(defaultSize)
	f.Var(&size, "size", "`bytes` of each input, as in 64m or 1g")
	names, err := parse(f, args)
	if err != nil {
		return err
	}
	jobs, err := chosen(names)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, w := range jobs {
		if w.Files == nil {
			continue
		}
		for _, k := range w.Files(int64(size)) {
			if seen[k.Name()] {
				continue
			}
			seen[k.Name()] = true
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			path, err := data.Checked(k)
			if err != nil {
				return err
			}
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			fmt.Printf("%9s  %s\n", human.Bytes(info.Size()), path)
		}
	}
	return nil
}
