package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"anabranch.dev/df"
	"anabranch.dev/examples/internal/cli"
)

// report runs the plan and prints its rows by the bytes of the name. (Java, the
// reference, has characters beyond U+FFFF before those from U+E000 on.)
func report[S ~string](ctx context.Context, plan df.Stream[df.KV[S, stats]], settings *cli.Settings) error {
	if settings.Explained(plan) {
		return nil
	}
	rows, err := df.Collect(ctx, plan, settings.Options()...)
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b df.KV[S, stats]) int { return cmp.Compare(a.Key, b.Key) })
	out := []byte{'{'}
	for i, row := range rows {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = fmt.Appendf(out, "%s=%v", string(row.Key), row.Value)
	}
	_, err = os.Stdout.Write(append(out, "}\n"...))
	return err
}
