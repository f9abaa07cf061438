// Lo does what it can with github.com/samber/lo, the most used package of generic functions over slices. Each makes a new
// slice, on one goroutine.
package main

import (
	"context"
	"runtime/debug"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
	"github.com/samber/lo"
)

func main() {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/samber/lo" {
				version = m.Path + " " + m.Version
			}
		}
	}
	trial.Main(trial.Contender{
		Name:     "lo",
		About:    "generic functions over slices",
		Version:  version,
		Settings: "one goroutine, as it has no other; GOMEMLIMIT",
	}, map[string]trial.Func{
		"chain":       chain,
		"groups-100":  groups,
		"groups-100k": groups,
		"groups-half": groups,
	})
}

func chain(_ context.Context, s *trial.Session) error {
	rows := data.Ints(int(s.Rows), int(s.Distinct), 1)
	if err := s.Start(); err != nil {
		return err
	}
	scaled := lo.Map(rows, func(v int64, _ int) int64 { return v*0x5851F42D + 1 })
	kept := lo.Filter(scaled, func(v int64, _ int) bool { return v>>32&7 != 0 })
	folded := lo.Map(kept, func(v int64, _ int) int64 { return v ^ v>>7 })
	sum := lo.Sum(lo.FlatMap(folded, func(v int64, _ int) []int64 { return []int64{v, v >> 1} }))
	if err := s.Stop(); err != nil {
		return err
	}
	var d digest.Sum
	d.AddInts(sum)
	s.Answer(1, d.String())
	return nil
}

func groups(_ context.Context, s *trial.Session) error {
	keys := data.Ints(int(s.Rows), int(s.Distinct), 1)
	if err := s.Start(); err != nil {
		return err
	}
	counts := lo.CountValues(keys)
	if err := s.Stop(); err != nil {
		return err
	}
	var d digest.Sum
	for k, n := range counts {
		d.AddInts(k, int64(n))
	}
	s.Answer(d.Rows(), d.String())
	return nil
}
