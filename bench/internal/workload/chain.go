package workload

import (
	"context"
	"fmt"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/df"
)

var chains = []Workload{{
	Name: "chain", Group: "Row by row",
	About:  "Map, Filter, Map, Expand and Sum over int64 in memory: seven rows in eight are kept, and become two numbers each",
	Memory: func(size int64) (int64, int64) { return size / 8, 1 << 40 },
	Scales: true,
	Run:    runChain,
	Why: "Each row goes through four functions that are called through pointers, at about 2 ns a call. A loop in which the " +
		"compiler can put the functions in place takes a third of that, and so does the library when all is one MapBatch, or " +
		"when the program is built with its own profile.",
}}

// The functions of the chain.

func scaleInt(v int64) int64                 { return v*0x5851F42D + 1 }
func keepInt(v int64) bool                   { return v>>32&7 != 0 }
func foldInt(v int64) int64                  { return v ^ v>>7 }
func expandInt(dst []int64, v int64) []int64 { return append(dst, v, v>>1) }

// Chain is the plan.
func Chain(rows []int64) df.Stream[int64] {
	kept := df.Map(df.FromSlice(rows), scaleInt).Filter(keepInt)
	return df.Sum(df.Expand(df.Map(kept, foldInt), expandInt))
}

// ChainByHand is the loop through the same functions, as values that the compiler cannot see through: the limit of all
// that takes functions as arguments.
func ChainByHand(rows []int64) int64 {
	return chainOf(rows, scaleInt, keepInt, foldInt, expandInt)
}

//go:noinline
func chainOf(rows []int64, first func(int64) int64, keep func(int64) bool, second func(int64) int64, expand func([]int64, int64) []int64) (sum int64) {
	var dst []int64
	for _, v := range rows {
		v = first(v)
		if !keep(v) {
			continue
		}
		dst = expand(dst[:0], second(v))
		for _, x := range dst {
			sum += x
		}
	}
	return sum
}

func runChain(ctx context.Context, s *trial.Session) error {
	rows := data.Ints(int(s.Rows), int(s.Distinct), 1)
	if err := s.Start(); err != nil {
		return err
	}
	sum, err := collect(ctx, s, Chain(rows))
	if err != nil {
		return err
	}
	if err := s.Stop(); err != nil {
		return err
	}
	if len(sum) != 1 {
		return fmt.Errorf("%d sums", len(sum))
	}
	s.Input(s.Rows, 8*s.Rows)
	var d digest.Sum
	d.AddInts(sum[0])
	s.Answer(1, d.String())
	return nil
}
