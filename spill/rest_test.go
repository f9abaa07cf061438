package spill

import (
	"errors"
	"slices"
	"testing"

	"anabranch.dev/internal/vfs"
)

// TestRest has fillers that rest give their memory back, go on, and lose nothing.
func TestRest(t *testing.T) {
	p := &purse{limit: 1 << 30}
	s, err := NewSorter(Asc(func(v int) int { return v }), Config{Memory: 1 << 20, Budget: p.holder, FS: vfs.NewMem(), TempDir: ".", Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := make([]int, 0, 2*testRows)
	add := func(f *Filler[int], place uint64, n int) {
		t.Helper()
		for range n {
			v := len(want) * 7919 % 10_007
			want = append(want, v)
			if err := f.Add(place, []int{v}); err != nil {
				t.Fatal(err)
			}
		}
	}
	spill := func(f *Filler[int]) (freed int64) {
		t.Helper()
		freed, err := f.Spill()
		if err != nil {
			t.Fatal(err)
		}
		return freed
	}
	first, second, empty := s.Filler(), s.Filler(), s.Filler()
	add(first, 0, 1000)
	first.Rest()
	if held, freed := first.Held(), spill(first); held == 0 || held != freed || first.Held() != 0 {
		t.Errorf("of %d bytes %d became free, %d are held", held, freed, first.Held())
	}
	empty.Rest()
	if freed := spill(empty); empty.Held() != 0 || freed != 0 {
		t.Errorf("an empty filler held %d bytes, and %d became free", empty.Held(), freed)
	}
	add(first, 1, 1000)
	add(second, 2, 1000)
	first.Rest()
	spill(first)
	second.Rest()
	var got []int
	for v, err := range s.All() {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, v); len(got) == 1 && (second.Held() != 0 || spill(second) != 0) {
			t.Error("a filler can be spilled whose rows are being read")
		}
	}
	slices.Sort(want)
	if !slices.Equal(got, want) || s.Stats().Runs < 2 {
		t.Errorf("%d rows of %d runs, want %d", len(got), s.Stats().Runs, len(want))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	p.empty(t, "rest")
}

// TestRestFails has a disk that fails while the rows of a filler are written.
func TestRestFails(t *testing.T) {
	disk := vfs.NewFaulty(vfs.NewMem(), vfs.Fault{At: 0})
	s, err := NewSorter(Asc(func(v int) int { return v }), Config{FS: disk, TempDir: "."})
	if err != nil {
		t.Fatal(err)
	}
	f := s.Filler()
	if err := f.Add(0, []int{2, 1}); err != nil {
		t.Fatal(err)
	}
	f.Rest()
	if _, err := f.Spill(); !errors.Is(err, vfs.ErrInjected) {
		t.Errorf("error %v", err)
	}
	if _, err := s.Sort(nil); !errors.Is(err, vfs.ErrInjected) {
		t.Errorf("rows are lost, and the error is %v", err)
	}
	_ = s.Close()
}
