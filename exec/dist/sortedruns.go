package dist

import (
	"context"

	"anabranch.dev/exec"
)

// sortedRuns are the runs that have come along an edge, for the driver to merge.
type sortedRuns struct {
	s    *store
	runs [][]held
}

var _ exec.Runs = (*sortedRuns)(nil)

func (r *sortedRuns) Wait(ctx context.Context) error {
	if err := r.s.wait(ctx); err != nil {
		return err
	}
	r.runs = r.s.runs()
	return nil
}

func (r *sortedRuns) Firsts() (firsts [][][]byte, sizes [][]int) {
	for _, run := range r.runs {
		var f [][]byte
		var n []int
		for _, k := range run {
			f, n = append(f, k.first), append(n, k.size)
		}
		firsts, sizes = append(firsts, f), append(sizes, n)
	}
	return firsts, sizes
}

func (r *sortedRuns) Block(run, parcel int) ([]byte, error) { return r.s.h.read(&r.runs[run][parcel]) }

func (r *sortedRuns) Close() error {
	r.s.close()
	r.s.moved()
	return nil
}
