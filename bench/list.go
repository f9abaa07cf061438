package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"anabranch.dev/bench/internal/workload"
)

// list is the command of that name.
func list(_ context.Context, args []string) error {
	f := newFlags("list", "")
	if rest, err := parse(f, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return fmt.Errorf("list takes no arguments")
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	group := ""
	for _, job := range workload.All {
		if job.Group != group {
			group = job.Group
			fmt.Fprintf(w, "\n%s\n", group)
		}
		fmt.Fprintf(w, "  %s\t%s\n", job.Name, job.About)
	}
	fmt.Fprintf(w, "\nAgainst, with -versus or by report -all: %v\n", others)
	return w.Flush()
}

// chosen are the workloads of the names given, or all.
func chosen(names []string) (list []workload.Workload, err error) {
	if len(names) == 0 {
		return workload.All, nil
	}
	for _, name := range names {
		w, err := workload.Find(name)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}
