package spill

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"anabranch.dev/internal/vfs"
)

// TestTogether sorts by a number and by what comes after it, and looks whether all
// rows of a number are in one part.
func TestTogether(t *testing.T) {
	type row struct {
		Group uint64
		At    int32
		N     int
	}
	group, at := func(r row) uint64 { return r.Group }, func(r row) int32 { return r.At }
	orders := map[string]struct {
		order Order[row]
		cmp   func(a, b row) int
	}{
		"number":     {Asc(group), func(a, b row) int { return cmp.Compare(a.Group, b.Group) }},
		"number, at": {Asc(group).Then(Asc(at)), func(a, b row) int { return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.At, b.At)) }},
	}
	inputs := map[string]func(r *rand.Rand) uint64{
		"random":   func(r *rand.Rand) uint64 { return r.Uint64() },
		"groups":   func(r *rand.Rand) uint64 { return uint64(r.IntN(500)) * 0x9E3779B97F4A7C15 },
		"two":      func(r *rand.Rand) uint64 { return uint64(r.IntN(2)) * 0x9E3779B97F4A7C15 },
		"near":     func(r *rand.Rand) uint64 { return uint64(r.IntN(3)) + 1<<40 },
		"equal":    func(*rand.Rand) uint64 { return 7 },
		"half one": func(r *rand.Rand) uint64 { return r.Uint64() * uint64(r.IntN(2)) },
	}
	for oname, o := range orders {
		for iname, input := range inputs {
			rows := make([]row, 0, testRows)
			for i, g := range randomly(testRows, func(r *rand.Rand, _ int) uint64 { return input(r) }) {
				rows = append(rows, row{g, int32(i * 7919 % 100), i})
			}
			want := slices.Clone(rows)
			slices.SortStableFunc(want, o.cmp)
			for i, set := range append(settings(), settings()...) {
				c := set.config
				c.Together, c.Workers, c.TempDir = 8, set.workers, "."
				mem := vfs.NewMem()
				c.FS = mem
				what := fmt.Sprintf("by %s, %s, %s, %d workers", oname, iname, set.name, set.workers)
				s, err := NewSorter(o.order, c)
				if err != nil {
					t.Fatal(err)
				}
				addInRuns(t, s, o.cmp, rows, i < len(settings()))
				sorted, err := s.Sort(nil)
				if err != nil {
					t.Fatal(what, err)
				}
				var got []row
				seen := map[uint64]bool{}
				for p, ok := sorted.Next(); ok; p, ok = sorted.Next() {
					part, err := p.all()
					if err != nil {
						t.Fatal(what, err)
					}
					for i, r := range part {
						if (i == 0 || part[i-1].Group != r.Group) && seen[r.Group] {
							t.Fatalf("%s: group %d is in two parts", what, r.Group)
						}
						seen[r.Group] = true
					}
					got = append(got, part...)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: the rows are not in order, or not all there: %d of %d", what, len(got), len(want))
				}
				if err := s.Close(); err != nil || mem.Open() > 0 || len(mem.Names()) > 0 || s.core.mem.held != 0 {
					t.Errorf("%s: %v, %d files and %d bytes are left", what, err, len(mem.Names()), s.core.mem.held)
				}
			}
		}
	}
}

// addInRuns adds rows by several fillers, every other time as a sorted run.
func addInRuns[T any](t *testing.T, s *Sorter[T], compare func(a, b T) int, rows []T, runs bool) {
	t.Helper()
	fillers := []*Filler[T]{s.Filler(), s.Filler(), s.Filler()}
	place := uint64(0)
	for part := range slices.Chunk(rows, 700) {
		f := fillers[place%3]
		if place%2 == 0 || !runs {
			if err := f.Add(place, part); err != nil {
				t.Fatal(err)
			}
		} else {
			part = slices.Clone(part)
			slices.SortStableFunc(part, compare)
			err := f.WriteSorted(place, func(write func([]T) error) error {
				for batch := range slices.Chunk(part, 130) {
					if err := write(batch); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		place++
	}
}
