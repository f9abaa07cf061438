package spill

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"anabranch.dev/internal/vfs"
)

func intRows(n int) []numbered[int64] {
	return number(randomly(n, func(r *rand.Rand, _ int) int64 { return int64(r.Uint64()) }))
}

var eachConfig = map[string]Config{
	"in memory": {},
	"in runs":   {Memory: 64 << 10},
	"in passes": {Memory: 64 << 10, FanIn: 2},
}

// TestLoopEndsEarly leaves the loop over All in every way there is.
func TestLoopEndsEarly(t *testing.T) {
	rows := intRows(6000)
	ends := map[string]func(s *Sorter[numbered[int64]], after int){
		"break": func(s *Sorter[numbered[int64]], after int) {
			n := 0
			for _, err := range s.All() {
				if err != nil {
					t.Error(err)
				}
				if n++; n > after {
					break
				}
			}
		},
		"panic": func(s *Sorter[numbered[int64]], after int) {
			n := 0
			_ = caught(func() error {
				for range s.All() {
					if n++; n > after {
						panic("enough")
					}
				}
				return nil
			})
		},
		"goexit": func(s *Sorter[numbered[int64]], after int) {
			var wg sync.WaitGroup
			wg.Go(func() {
				n := 0
				for range s.All() {
					if n++; n > after {
						runtime.Goexit()
					}
				}
			})
			wg.Wait()
		},
	}
	for how, leave := range ends {
		t.Run(how, func(t *testing.T) {
			for name, c := range eachConfig {
				c.bucketRows = 500
				for _, c.Workers = range []int{1, 3} {
					for _, after := range []int{0, 1500, len(rows)} {
						if t.Failed() {
							return
						}
						b := newBed(t, fmt.Sprintf("%s, %d workers, after row %d", name, c.Workers, after), Asc(keyOf[int64]), c)
						if err := b.Add(rows...); err != nil {
							t.Fatal(err)
						}
						leave(b.Sorter, after)
						noneLeft(t)
						b.end()
					}
				}
			}
		})
	}
}

// TestClosed uses sorters that are closed.
func TestClosed(t *testing.T) {
	rows := intRows(6000)
	for name, c := range eachConfig {
		for _, c.Workers = range []int{1, 3} {
			b := newBed(t, name, Asc(keyOf[int64]), c)
			f := b.Filler()
			for _, part := range [][]numbered[int64]{rows[:5000], rows[5000:5001], rows[5001:]} { // Close comes in the middle of adding
				if err := errors.Join(b.Add(part...), f.Add(1<<40, part)); err != nil {
					t.Fatal(err)
				}
			}
			b.end()
			for _, n := range []int{0, 1, 2000} {
				if err := b.Add(rows[:n]...); err != ErrClosed {
					t.Errorf("%s: Add of %d rows: %v", name, n, err)
				}
			}
			if _, err := b.Sort(nil); err != ErrClosed {
				t.Errorf("%s: Sort: %v", name, err)
			}
			n := 0
			for v, err := range b.All() {
				if n++; err != ErrClosed || v != (numbered[int64]{}) {
					t.Errorf("%s: All: %v, %v", name, v, err)
				}
			}
			if n != 1 {
				t.Errorf("%s: All yields %d pairs", name, n)
			}
			b.end()
		}
	}
}

// TestFillerOfClosed adds rows to a filler of a sorter that is closed: neither
// memory nor files may be taken again.
func TestFillerOfClosed(t *testing.T) {
	rows := intRows(6000)
	for name, c := range eachConfig {
		c.Workers = 1
		b := newBed(t, name, Asc(keyOf[int64]), c)
		f := b.Filler()
		if err := f.Add(0, rows); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if err := caught(func() error { return f.Add(1, rows) }); err != ErrClosed {
			t.Errorf("%s: Add: %v", name, err)
		}
		if err := caught(func() error { return b.Filler().Add(1, rows) }); err != ErrClosed {
			t.Errorf("%s: Add to a new filler: %v", name, err)
		}
		b.end()
	}
}

// TestCloseWhileReading closes a sorter of which parts are to be read: what lies on
// disk is gone.
func TestCloseWhileReading(t *testing.T) {
	rows := number(tiedKeys())
	for name, c := range map[string]Config{"in memory": {bucketRows: 500}, "in runs": {Memory: 512 << 10}} {
		for _, c.Workers = range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, %d workers", name, c.Workers), func(t *testing.T) {
				b := newBed(t, name, Asc(keyOf[string]), c)
				if err := b.Add(rows...); err != nil {
					t.Fatal(err)
				}
				n := 0
				var last error
				err := caught(func() error {
					for _, last = range b.All() {
						if n++; n == 100 {
							if err := b.Close(); err != nil {
								t.Error("close:", err)
							}
						}
					}
					return nil
				})
				if err != nil || last == nil && n != len(rows) {
					t.Errorf("%d rows, then %v, %v", n, last, err)
				}
				b.end()
			})
		}
	}
}

// TestAddToEnded adds rows after the others were read.
func TestAddToEnded(t *testing.T) {
	rows := intRows(3000)
	for _, workers := range []int{1, 3} {
		b := newBed(t, "ended", Asc(keyOf[int64]), Config{Workers: workers})
		if got, err := addAndReadInts(b.Sorter, rows); err != nil || len(got) != len(rows) {
			t.Fatalf("%d rows, %v", len(got), err)
		}
		for _, n := range []int{1, 500, 3000} {
			if err := caught(func() error { return b.Add(rows[:n]...) }); err == nil || strings.Contains(err.Error(), "closed channel") {
				t.Errorf("Add of %d rows, after All: %v", n, err)
			}
		}
		b.end()
	}
}

func addAndReadInts(s *Sorter[numbered[int64]], rows []numbered[int64]) (got []numbered[int64], err error) {
	if err := s.Add(rows...); err != nil {
		return nil, err
	}
	for v, err := range s.All() {
		if err != nil {
			return got, err
		}
		got = append(got, v)
	}
	return got, nil
}

// TestAddFails has the disk fail in the goroutines behind Add: one of the next calls
// says so, and so do all after it.
func TestAddFails(t *testing.T) {
	rows := intRows(3000)
	for _, workers := range []int{1, 2, 7} {
		for at := int64(0); at < 20; at++ {
			mem := vfs.NewMem()
			disk := vfs.NewFaulty(mem, vfs.Fault{At: at, Op: vfs.OpWriteAt, Always: at%2 == 0})
			b := newBed(t, fmt.Sprintf("%d workers, fault %d", workers, at), Asc(keyOf[int64]), Config{Memory: 64 << 10, Workers: workers, FS: disk})
			var first error
			for n := 0; first == nil && n < 10_000; n++ {
				first = b.Add(rows[:1+n%len(rows)]...)
			}
			if !errors.Is(first, vfs.ErrInjected) {
				t.Fatalf("%s: the first error is %v", b.name, first)
			}
			for i := range 2000 {
				err := caught(func() error { return b.Add(rows[:i%50*(i%3)+1]...) })
				if !errors.Is(err, vfs.ErrInjected) {
					t.Fatalf("%s: Add number %d after the first error: %v", b.name, i, err)
				}
			}
			for _, err := range b.All() {
				if !errors.Is(err, vfs.ErrInjected) {
					t.Errorf("%s: All: %v", b.name, err)
				}
			}
			b.end()
			if mem.Open() > 0 {
				t.Errorf("%s: %d open files", b.name, mem.Open())
			}
		}
	}
}

// TestFillerFails has the disk fail once in a filler: the sorter has lost rows, and
// does not go on as if it had not.
func TestFillerFails(t *testing.T) {
	rows := number(tiedKeys())
	for at := int64(0); at < 8; at++ {
		mem := vfs.NewMem()
		disk := vfs.NewFaulty(mem, vfs.Fault{At: at})
		b := newBed(t, fmt.Sprint("fault ", at), Asc(keyOf[string]), Config{Memory: 256 << 10, Workers: 1, FS: disk})
		f := b.Filler()
		failed := false
		for i, part := range slices.Collect(slices.Chunk(rows, 100)) {
			err := f.Add(uint64(i), part)
			if failed = failed || err != nil; failed && !errors.Is(err, vfs.ErrInjected) {
				t.Errorf("%s: Add after one that has failed: %v", b.name, err)
				break
			}
		}
		if !failed {
			t.Errorf("%s: no error", b.name)
		}
		if _, err := b.Sort(nil); !errors.Is(err, vfs.ErrInjected) {
			t.Errorf("%s: Sort after an Add that has failed: %v", b.name, err)
		}
		b.end()
		if mem.Open() > 0 {
			t.Errorf("%s: %d open files", b.name, mem.Open())
		}
	}
}

// fussy is a number of which some cannot be written, or read.
type fussy int64

var errFussy = errors.New("not this one")

const (
	cannotWrite fussy = -1 - iota
	cannotRead
	panicsWritten
	panicsRead
)

func (f fussy) MarshalBinary() ([]byte, error) {
	switch f {
	case cannotWrite:
		return nil, errFussy
	case panicsWritten:
		panic(errFussy)
	}
	return binary.BigEndian.AppendUint64(nil, uint64(f)), nil
}

func (f *fussy) UnmarshalBinary(b []byte) error {
	if len(b) != 8 {
		return fmt.Errorf("%d bytes", len(b))
	}
	switch *f = fussy(binary.BigEndian.Uint64(b)); *f {
	case cannotRead:
		return errFussy
	case panicsRead:
		panic(errFussy)
	}
	return nil
}

// TestUserFails has functions of the user fail, in the goroutines of the sorter. A
// panic may be an error or go on in the goroutine of the caller, who can recover it.
func TestUserFails(t *testing.T) {
	var armed atomic.Bool
	type row = numbered[fussy]
	key := Asc(func(r row) int64 {
		if r.Key == 77 && armed.Load() {
			panic(errFussy)
		}
		return int64(r.Key)
	})
	compare := By(func(a, b row) int {
		if a.Key == 77 && armed.Load() {
			panic(errFussy)
		}
		return cmp.Compare(a.Key, b.Key)
	})
	plain := Asc(func(r row) int64 { return int64(r.Key) })
	for _, test := range []struct {
		name  string
		order Order[row]
		odd   fussy
		isErr bool // an error of the sorter, not a panic
	}{
		{"a value that cannot be written", plain, cannotWrite, true},
		{"a value that cannot be read", plain, cannotRead, true},
		{"a panic in writing", plain, panicsWritten, false},
		{"a panic in reading", plain, panicsRead, false},
		{"a panic in the key", key, 77, false},
		{"a panic in the comparison", compare, 77, false},
	} {
		for name, c := range map[string]Config{"in memory": {Workers: 1}, "in runs": {Workers: 3, Memory: 64 << 10}} {
			t.Run(test.name+", "+name, func(t *testing.T) {
				armed.Store(true)
				rows := make([]row, 6000)
				for i := range rows {
					rows[i] = row{fussy(i*7919%6000) + 1000, i}
				}
				rows[3000].Key = test.odd
				b := newBed(t, test.name, test.order, c)
				err := caught(func() error {
					if err := b.Add(rows...); err != nil {
						return err
					}
					for _, err := range b.All() {
						if err != nil {
							return err
						}
					}
					return nil
				})
				if !errors.Is(err, errFussy) || test.isErr && strings.HasPrefix(err.Error(), "panic") {
					t.Errorf("error %v", err)
				}
				b.end()
			})
		}
	}
}

// moody is a holder that does not always get what it wants, although it could.
type moody struct {
	Memory
	rng     *rand.Rand
	refuses float64
}

func (m *moody) Reserve(n int64) bool {
	return m.rng.Float64() >= m.refuses && m.Memory.Reserve(n)
}

// moodyBudget makes holders of p that refuse so many requests.
func moodyBudget(p *purse, seed uint64, refuses float64) func() Memory {
	var n atomic.Uint64
	return func() Memory {
		return &moody{p.holder(), rand.New(rand.NewPCG(seed, n.Add(1))), refuses}
	}
}

// TestMoodyBudget sorts with budgets that refuse at random, and with one that
// always does.
func TestMoodyBudget(t *testing.T) {
	seed := rand.Uint64()
	rows := number(randomly(5000, func(r *rand.Rand, _ int) string { return letters(r, r.IntN(40), "abc") }))
	want := slices.Clone(rows)
	slices.SortStableFunc(want, func(a, b numbered[string]) int { return cmp.Compare(a.Key, b.Key) })
	for _, refuses := range []float64{0.02, 0.3, 0.9, 1} {
		for _, memory := range []int64{48 << 10, 1 << 20, 0} {
			for _, workers := range []int{1, 3} {
				p := &purse{limit: cmp.Or(memory, defaultMemory)}
				b := newBed(t, fmt.Sprintf("seed %d, %v refused of %d, %d workers", seed, refuses, memory, workers), Asc(keyOf[string]),
					Config{Memory: memory, Workers: workers, Budget: moodyBudget(p, seed, refuses)})
				got, err := addAndRead(b.Sorter, rows)
				if err != nil {
					t.Errorf("%s: %v", b.name, err)
				}
				sameRows(t, b.name, got, want)
				b.end()
				p.empty(t, b.name)
			}
		}
	}
}
