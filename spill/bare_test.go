package spill

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"anabranch.dev/internal/vfs"
)

// own is the key of a row that is sorted by itself.
func own[K any](v K) K { return v }

// TestBareRows sorts rows of each kind of numbers by themselves.
func TestBareRows(t *testing.T) {
	testBare[int8](t, true)
	testBare[int16](t, true)
	testBare[int32](t, true)
	testBare[int64](t, true)
	testBare[int](t, true)
	testBare[uint8](t, true)
	testBare[uint16](t, true)
	testBare[uint32](t, true)
	testBare[uint64](t, true)
	testBare[float32](t, true)
	testBare[float64](t, true)
	testBare[numbered32](t, true)
	testBare[string](t, false)
}

// numbered32 has a name of its own.
type numbered32 int32

func testBare[K cmp.Ordered](t *testing.T, bare bool) {
	var zero K
	text := fmt.Sprintf("%T", zero)
	t.Run(text, func(t *testing.T) {
		rows := randomly(testRows, drawNumber[K])
		check(t, "asc", Asc(own[K]), cmp.Compare[K], rows)
		check(t, "desc", Desc(own[K]), func(a, b K) int { return cmp.Compare(b, a) }, rows)
		if got := isBare(t, Asc(own[K]), Config{}, rows); got != bare {
			t.Errorf("rows are bare: %v", got)
		}
		if isBare(t, Asc(keyOf[K]), Config{}, number(rows)) || isBare(t, Asc(own[K]), Config{Together: 1}, rows) ||
			isBare(t, By(cmp.Compare[K]), Config{}, rows) || isBare(t, Asc(own[K]).Then(Asc(own[K])), Config{}, rows) {
			t.Errorf("rows are bare that should not be")
		}
	})
}

// drawNumber makes numbers of any size, some of them several times.
func drawNumber[K cmp.Ordered](r *rand.Rand, _ int) (k K) {
	bits := r.Uint64() >> r.UintN(64)
	if r.IntN(2) == 0 {
		bits = -bits
	}
	switch p := any(&k).(type) {
	case *int8:
		*p = int8(bits)
	case *int16:
		*p = int16(bits)
	case *int32:
		*p = int32(bits)
	case *numbered32:
		*p = numbered32(bits)
	case *int64:
		*p = int64(bits)
	case *int:
		*p = int(bits)
	case *uint8:
		*p = uint8(bits)
	case *uint16:
		*p = uint16(bits)
	case *uint32:
		*p = uint32(bits)
	case *uint64:
		*p = bits
	case *float32:
		*p = float32(int64(bits)) / 8
	case *float64:
		*p = float64(int64(bits)) / 8
	case *string:
		*p = fmt.Sprint(bits)
	}
	return k
}

// isBare adds rows and reports whether they are bare after that.
func isBare[T any](t *testing.T, order Order[T], c Config, rows []T) bool {
	t.Helper()
	b := newBed(t, "", order, c)
	defer b.end()
	f := b.Filler()
	if err := f.Add(0, rows); err != nil {
		t.Fatal(err)
	}
	return f.f.bare.on
}

// TestNoLongerBare has a row that is not bare come after some that are.
func TestNoLongerBare(t *testing.T) {
	magnitude := func(v int64) uint64 { return uint64(max(v, -v)) }
	compare := func(a, b int64) int { return cmp.Compare(magnitude(a), magnitude(b)) }
	for _, most := range []int64{3, math.MaxInt64} {
		for _, at := range []int{0, 1, batchRows, testRows / 2, testRows - 1} {
			rows := randomly(testRows, func(r *rand.Rand, i int) int64 {
				if v := r.Int64N(most); i < at || r.IntN(2) == 0 {
					return v
				} else {
					return -v
				}
			})
			name := fmt.Sprintf("numbers below %d, row %d", most, at)
			check(t, name, Asc(magnitude), compare, rows)
			check(t, name+", descending", Desc(magnitude), func(a, b int64) int { return compare(b, a) }, rows)
		}
	}
}

// TestBareFloats has floats that are not bare come after some that are.
func TestBareFloats(t *testing.T) {
	odd := []uint64{1 << 63, math.Float64bits(math.NaN()), 1<<64 - 1, math.Float64bits(math.NaN()) + 5, 1<<63 | math.Float64bits(math.Inf(1)), 0}
	for _, at := range []int{0, testRows / 2, testRows - 10} {
		rows := randomly(testRows, func(r *rand.Rand, i int) uint64 {
			if i >= at && r.IntN(3) == 0 {
				return odd[r.IntN(len(odd))]
			}
			return math.Float64bits(float64(r.IntN(100)))
		})
		name := fmt.Sprintf("row %d", at)
		for _, s := range settings() {
			s.config.Workers = s.workers
			floats := make([]float64, len(rows))
			for i, v := range rows {
				floats[i] = math.Float64frombits(v)
			}
			got := sortAll(t, Asc(own[float64]), s.config, floats)
			slices.SortStableFunc(floats, cmp.Compare[float64])
			sameRows(t, name+", "+s.name, bitsOfAll(got), bitsOfAll(floats))
		}
	}
}

func bitsOfAll(floats []float64) []uint64 {
	bits := make([]uint64, len(floats))
	for i, v := range floats {
		bits[i] = math.Float64bits(v)
	}
	return bits
}

const bareTestRows = 6_000

// bareInputs are rows that are bare, up to the last one: with the key low, the greatest
// bit of a row is not a part of its key.
func bareInputs(f func(name string, rows []uint64)) {
	for _, keys := range []uint64{1, 7, bareTestRows, 1 << 63} {
		rows := randomly(bareTestRows, func(r *rand.Rand, _ int) uint64 { return r.Uint64N(keys) })
		f(fmt.Sprintf("%d keys", keys), rows)
		rows = slices.Clone(rows)
		rows[bareTestRows-1] |= 1 << 63
		f(fmt.Sprintf("%d keys, and one not bare", keys), rows)
	}
}

// TestSpillBare reads bare rows of several fillers, and has them written to disk
// meanwhile.
func TestSpillBare(t *testing.T) {
	low := func(v uint64) uint64 { return v &^ (1 << 63) }
	compare := func(a, b uint64) int { return cmp.Compare(low(a), low(b)) }
	bareInputs(func(name string, rows []uint64) {
		want := slices.Clone(rows)
		slices.SortStableFunc(want, compare)
		for _, memory := range []int64{0, 100 << 10, 48 << 10} {
			if testing.Short() && memory == 100<<10 {
				continue
			}
			for _, at := range []int{0, 3, 9, 1000} {
				for _, within := range []bool{false, true} {
					name := fmt.Sprintf("%s, %d bytes, Spill at part %d", name, memory, at)
					b := newBed(t, name, Asc(low), Config{Memory: memory, Workers: 2, bucketRows: 100})
					b.fill(rows, 3, 1000)
					o := b.sorted()
					spill := func(i int) {
						if i == at {
							if _, err := o.Spill(); err != nil {
								t.Errorf("%s: %v", name, err)
							}
						}
					}
					r := reading[uint64]{readers: 2, before: spill}
					if within {
						r = reading[uint64]{readers: 2, within: spill}
					}
					parts, err := r.read(o)
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
					sameRows(t, name, slices.Concat(parts...), want)
					checkRead(b, o)
					b.end()
				}
			}
		}
	})
}

// TestSpillBareAtRest writes the rows of one of several fillers to disk before all have
// come, and sorted runs beside them.
func TestSpillBareAtRest(t *testing.T) {
	low := func(v uint64) uint64 { return v &^ (1 << 63) }
	bareInputs(func(name string, rows []uint64) {
		want := slices.Clone(rows)
		slices.SortStableFunc(want, func(a, b uint64) int { return cmp.Compare(low(a), low(b)) })
		b := newBed(t, name, Asc(low), Config{Workers: 2})
		fillers := []*Filler[uint64]{b.Filler(), b.Filler(), b.Filler()}
		for i := 0; i*250 < len(rows); i++ {
			f, part := fillers[i%3], rows[i*250:(i+1)*250]
			var err error
			if i%3 == 2 && i < 12 {
				part = slices.Clone(part)
				slices.SortStableFunc(part, func(a, b uint64) int { return cmp.Compare(low(a), low(b)) })
				err = f.WriteSorted(uint64(i), func(write func([]uint64) error) error { return write(part) })
			} else {
				err = f.Add(uint64(i), part)
			}
			if err != nil {
				t.Fatal(err)
			}
			if i == 7 {
				fillers[0].Rest()
				freed, err := fillers[0].Spill()
				if err != nil || freed == 0 || fillers[0].Held() != 0 {
					t.Errorf("%s: %d bytes freed, %v", name, freed, err)
				}
			}
		}
		parts, err := reading[uint64]{readers: 2}.read(b.sorted())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		sameRows(t, name, slices.Concat(parts...), want)
		b.end()
	})
}

// TestMemoryOfBareRows counts the memory of bare rows, and then fills it again.
func TestMemoryOfBareRows(t *testing.T) {
	const rows = 1 << 20
	b := newBed(t, "", Asc(own[int64]), Config{Memory: 17 * rows})
	defer b.end()
	f := b.Filler()
	add := func(place uint64) {
		for range rows / batchRows {
			if err := f.Add(place, make([]int64, batchRows)); err != nil {
				t.Fatal(err)
			}
		}
	}
	add(0)
	if n := len(f.f.runs); n > 0 || f.Held() < 16*rows {
		t.Errorf("%d runs, %d bytes held", n, f.Held())
	}
	add(1)
	if n := len(f.f.runs); n != 4 || f.Held() > 17*rows {
		t.Errorf("%d runs, %d bytes held", n, f.Held())
	}
	parts, err := reading[int64]{readers: 2}.read(b.sorted())
	if n := len(slices.Concat(parts...)); n != 2*rows || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

// TestBareFaults makes each operation on files fail once, of bare rows that are written
// while they are added and while they are read.
func TestBareFaults(t *testing.T) {
	rows := randomly(12_000, func(r *rand.Rand, _ int) uint64 { return r.Uint64N(5000) })
	want := slices.Clone(rows)
	slices.Sort(want)
	for _, memory := range []int64{0, 48 << 10} {
		for n := int64(0); ; n++ {
			name := fmt.Sprintf("%d bytes, operation %d", memory, n)
			mem := vfs.NewMem()
			disk := vfs.NewFaulty(mem, vfs.Fault{Kind: vfs.Fail, At: n})
			b := newBed(t, name, Asc(own[uint64]), Config{Memory: memory, FS: disk, FanIn: 8, bucketRows: 1000})
			got, err := addAndSpill(b.Sorter, rows)
			if e := b.Close(); err == nil {
				err = e
			}
			switch {
			case errors.Is(err, vfs.ErrInjected) && disk.Hit():
			case err != nil || disk.Hit() && !slices.Equal(got, want):
				t.Errorf("%s: %v", name, err)
			case !disk.Hit():
				sameRows(t, name, got, want)
			}
			if mem.Open() > 0 {
				t.Errorf("%s: %d files are open after the end", name, mem.Open())
			}
			b.end()
			if t.Failed() || !disk.Hit() {
				break
			}
		}
	}
}

// addAndSpill sorts rows, and has those that are left written to disk after a part.
func addAndSpill(s *Sorter[uint64], rows []uint64) ([]uint64, error) {
	if err := s.Filler().Add(0, rows); err != nil {
		return nil, err
	}
	sorted, err := s.Sort(nil)
	if err != nil {
		return nil, err
	}
	var failed error
	parts, err := reading[uint64]{readers: 1, before: func(i int) {
		if i == 1 {
			_, failed = sorted.Spill()
		}
	}}.read(sorted)
	return slices.Concat(parts...), errors.Join(failed, err)
}
