package spill

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"anabranch.dev/internal/vfs"
)

// bed is a sorter on a disk and with a budget of its own.
type bed[T any] struct {
	*testing.T
	*Sorter[T]
	name   string
	mem    *vfs.Mem
	budget *purse
}

// newBed makes a sorter; the file system and the budget of c are its own unless c
// has some.
func newBed[T any](t *testing.T, name string, order Order[T], c Config) *bed[T] {
	t.Helper()
	b := &bed[T]{T: t, name: name, mem: vfs.NewMem(), budget: &purse{limit: cmp.Or(c.Memory, defaultMemory)}}
	if c.FS == nil {
		c.FS = b.mem
	}
	if c.Budget == nil {
		c.Budget = b.budget.holder
	}
	c.TempDir = "."
	var err error
	if b.Sorter, err = NewSorter(order, c); err != nil {
		t.Fatal(err)
	}
	return b
}

// end closes the sorter and checks that nothing is left.
func (b *bed[T]) end() {
	b.Helper()
	if err := b.Close(); err != nil {
		b.Errorf("%s: close: %v", b.name, err)
	}
	if b.mem.Open() > 0 || len(b.mem.Names()) > 0 {
		b.Errorf("%s: %d open files and %q are left", b.name, b.mem.Open(), b.mem.Names())
	}
	b.budget.empty(b.T, b.name)
	noneLeft(b.T)
}

// fill adds rows with several fillers at the same time, which take turns at places
// of so many rows.
func (b *bed[T]) fill(rows []T, fillers, size int) {
	b.Helper()
	var wg sync.WaitGroup
	for w := range fillers {
		wg.Go(func() {
			f := b.Filler()
			for i := w; i*size < len(rows); i += fillers {
				part := rows[i*size : min((i+1)*size, len(rows))]
				for half := range slices.Chunk(part, len(part)/2+1) { // a place may get its rows in several calls
					if err := f.Add(uint64(i), half); err != nil {
						b.Errorf("%s: %v", b.name, err)
					}
				}
			}
		})
	}
	wg.Wait()
}

func (b *bed[T]) sorted() *Sorted[T] {
	b.Helper()
	o, err := b.Sort(nil)
	if err != nil {
		b.Fatalf("%s: %v", b.name, err)
	}
	return o
}

// sameRows compares rows.
func sameRows[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	part := func(s []T) string { return fmt.Sprint(s[min(i, len(s)):min(i+4, len(s))]) }
	t.Errorf("%s: %d rows, want %d; from %d on\n%.400s, want\n%.400s", what, len(got), len(want), i, part(got), part(want))
}

// A reading is a way to read all parts: what happens before a part is asked for,
// and while it is read.
type reading[T any] struct {
	readers        int
	before, within func(i int)
}

// read returns the rows of each part.
func (r reading[T]) read(o *Sorted[T]) (parts [][]T, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range r.readers {
		wg.Go(func() {
			for {
				mu.Lock()
				i := len(parts)
				if r.before != nil {
					r.before(i)
				}
				p, ok := o.Next()
				if ok {
					parts = append(parts, nil)
				}
				mu.Unlock()
				if !ok {
					return
				}
				var rows []T
				e := p.Read(make([]T, 300), func(batch []T) error {
					if r.within != nil && len(rows) == 0 {
						r.within(i)
					}
					rows = append(rows, batch...)
					return nil
				})
				mu.Lock()
				parts[i] = rows
				err = errors.Join(err, e)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return parts, err
}

// outputRows are so many that there are several parts, in memory and on disk.
const (
	outputRows    = 20_000
	outputBuckets = 2_000
)

// tiedKeys are keys that their first bytes do not tell apart.
func tiedKeys() []string {
	return randomly(outputRows, func(r *rand.Rand, i int) string {
		return "key " + letters(r, 1+r.IntN(2), "abcdefgh") + strings.Repeat("-", 60) + letters(r, r.IntN(12), "xyz")
	})
}

// eachOutput calls f for rows that are put in order in different ways.
func eachOutput(f func(name string, o outputKind)) {
	numbers := number(randomly(outputRows, func(r *rand.Rand, _ int) int64 { return r.Int64N(outputRows) }))
	texts := number(randomly(outputRows, func(r *rand.Rand, _ int) string {
		return letters(r, 4+r.IntN(20), "abcdefgh") + strings.Repeat(".", 60)
	}))
	ties := number(tiedKeys())
	asc := func(a, b numbered[string]) int { return cmp.Compare(a.Key, b.Key) }
	desc := func(a, b numbered[string]) int { return cmp.Compare(b.Key, a.Key) }
	f("numbers", outputOf(Asc(keyOf[int64]), func(a, b numbered[int64]) int { return cmp.Compare(a.Key, b.Key) }, numbers))
	f("texts", outputOf(Asc(keyOf[string]), asc, texts))
	f("ties", outputOf(Asc(keyOf[string]), asc, ties))
	f("ties, descending", outputOf(Desc(keyOf[string]), desc, ties))
	f("comparison", outputOf(By(asc), asc, texts))
	few := number(randomly(outputRows, func(r *rand.Rand, _ int) string { return letters(r, 1, "abc") + strings.Repeat(".", 80) }))
	f("comparison of few keys", outputOf(By(asc), asc, few))
}

// outputKind runs a test for one type of rows.
type outputKind func(t *testing.T, name string, c Config, fillers int, how outputHow)

// outputHow says how parts are read, and when Spill is called.
type outputHow struct {
	name     string
	readers  int
	before   []int // the numbers of the parts before which it is, and
	within   []int // within which
	shuffled bool  // take all parts first, then read them in any order
}

func outputOf[K cmp.Ordered](order Order[numbered[K]], compare func(a, b numbered[K]) int, rows []numbered[K]) outputKind {
	want := slices.Clone(rows)
	slices.SortStableFunc(want, compare)
	return func(t *testing.T, name string, c Config, fillers int, how outputHow) {
		t.Helper()
		b := newBed(t, name, order, c)
		defer b.end()
		b.fill(rows, fillers, 1000)
		o := b.sorted()
		inMemory := b.Stats().Runs == 0
		if held := o.Held(); (held > 0) != inMemory {
			t.Errorf("%s: %d runs, %d bytes held", name, b.Stats().Runs, held)
		}
		var parts [][]numbered[K]
		var err error
		if how.shuffled {
			parts, err = readShuffled(o, how.readers)
		} else {
			var spilled atomic.Bool
			spill := func(at []int) func(int) {
				return func(i int) {
					if !slices.Contains(at, i) {
						return
					}
					freed, err := o.Spill()
					if err != nil || o.Held() != 0 || freed > 0 && (spilled.Swap(true) || !inMemory) {
						t.Errorf("%s: Spill at part %d: %d bytes freed, %d held, %v", name, i, freed, o.Held(), err)
					}
				}
			}
			parts, err = reading[numbered[K]]{how.readers, spill(how.before), spill(how.within)}.read(o)
			if runs := b.Stats().Runs; spilled.Load() != (runs > 0) && inMemory {
				t.Errorf("%s: memory was freed: %v; %d runs", name, spilled.Load(), runs)
			}
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		sameRows(t, b.name, slices.Concat(parts...), want)
		checkRead(b, o)
	}
}

// checkRead checks a Sorted of which all has been read: its memory is free, but for
// what is known of each run.
func checkRead[T any](b *bed[T], o *Sorted[T]) {
	b.Helper()
	index := int64(0)
	if o.of.mu.ranges != nil {
		for _, r := range o.of.mu.ranges.runs {
			index += r.index
			if n := len(r.cache.mu.blocks); n > 0 {
				b.Errorf("%s: %d blocks are held after the end", b.name, n)
			}
		}
	}
	if held := b.budget.held.Load(); held != index {
		b.Errorf("%s: %d bytes of memory are held when all is read, want %d", b.name, held, index)
	}
	if freed, err := o.Spill(); freed != 0 || err != nil || o.Held() != 0 {
		b.Errorf("%s: Spill after the end: %d bytes freed, %d held, %v", b.name, freed, o.Held(), err)
	}
	if _, ok := o.Next(); ok {
		b.Errorf("%s: a part after the last", b.name)
	}
}

// readShuffled takes all parts, and then reads them in any order.
func readShuffled[T any](o *Sorted[T], readers int) (rows [][]T, err error) {
	var parts []Part[T]
	for p, ok := o.Next(); ok; p, ok = o.Next() {
		parts = append(parts, p)
	}
	order := rand.Perm(len(parts))
	rows = make([][]T, len(parts))
	errs := make([]error, readers)
	var wg sync.WaitGroup
	for w := range readers {
		wg.Go(func() {
			for i := w; i < len(order); i += readers {
				p := order[i]
				rows[p], errs[w] = parts[p].all()
			}
		})
	}
	wg.Wait()
	return rows, errors.Join(errs...)
}

// TestSorted reads parts in all ways, with and without Spill.
func TestSorted(t *testing.T) {
	hows := []outputHow{
		{name: "alone", readers: 1},
		{name: "several readers", readers: 3},
		{name: "in any order", readers: 3, shuffled: true},
		{name: "spilled before the first part", readers: 2, before: []int{0}},
		{name: "spilled after a part", readers: 1, before: []int{1}},
		{name: "spilled twice", readers: 2, before: []int{1, 2}},
		{name: "spilled within the first part", readers: 1, within: []int{0}},
		{name: "spilled while others read", readers: 3, before: []int{2}, within: []int{0, 1, 2, 3}},
	}
	eachOutput(func(name string, o outputKind) {
		for i, how := range hows {
			if testing.Short() && i%3 != 1 {
				continue
			}
			c := Config{Workers: 1 + i%3, bucketRows: outputBuckets}
			o(t, name+", in memory, "+how.name, c, 1+i%3, how)
			if c.Memory = 512 << 10; i%2 == 0 {
				o(t, name+", in runs, "+how.name, c, 1+i%3, how)
			}
		}
	})
}

// TestSpillIsRefused spills to a disk that is full: nothing is lost, and the rows
// come in the same order.
func TestSpillIsRefused(t *testing.T) {
	rows := number(tiedKeys())
	want := slices.Clone(rows)
	slices.SortStableFunc(want, func(a, b numbered[string]) int { return cmp.Compare(a.Key, b.Key) })
	for _, at := range []int{0, 1} {
		b := newBed(t, fmt.Sprintf("at part %d", at), Asc(keyOf[string]), Config{Workers: 1, Disk: 500 << 10, Compression: None, bucketRows: outputBuckets})
		b.fill(rows, 1, 1000)
		o := b.sorted()
		parts, err := reading[numbered[string]]{readers: 1, before: func(i int) {
			if i != at {
				return
			}
			held := o.Held()
			if freed, err := o.Spill(); freed != 0 || !errors.Is(err, ErrDiskFull) || o.Held() != held {
				t.Errorf("Spill: %d bytes freed, %v; %d bytes held, before %d", freed, err, o.Held(), held)
			}
		}}.read(o)
		if err != nil {
			t.Error(err)
		}
		sameRows(t, b.name, slices.Concat(parts...), want)
		b.end()
	}
}

// TestSpillAfterAnyPart spills at each part of rows whose keys are so few that
// some parts might have none.
func TestSpillAfterAnyPart(t *testing.T) {
	for _, few := range []int{1, 2, 3, 30} {
		keys := make([]string, 2000)
		for i := range keys {
			keys[i] = fmt.Sprint("key ", i*i%few)
		}
		want := number(keys)
		slices.SortStableFunc(want, func(a, b numbered[string]) int { return cmp.Compare(a.Key, b.Key) })
		for at := 0; ; at++ {
			b := newBed(t, fmt.Sprintf("%d keys, part %d", few, at), Asc(keyOf[string]), Config{Workers: 1, bucketRows: 100})
			b.fill(number(keys), 1, 100)
			o := b.sorted()
			var got []numbered[string]
			parts := 0
			for p, ok := b.part(o, at == 0); ok; p, ok = b.part(o, at == parts) {
				rows, err := p.all()
				if err != nil {
					t.Errorf("%s: %v", b.name, err)
				}
				got = append(got, rows...)
				parts++
			}
			if t.Failed() {
				_ = b.Close()
				return
			}
			sameRows(t, b.name, got, want)
			b.end()
			if at > parts {
				break
			}
		}
	}
}

// part asks for the next part, and spills before that if it is to.
func (b *bed[T]) part(o *Sorted[T], spill bool) (p Part[T], ok bool) {
	b.Helper()
	if spill {
		if err := caught(func() error { _, err := o.Spill(); return err }); err != nil {
			b.Errorf("%s: Spill: %v", b.name, err)
			return p, false
		}
	}
	return o.Next()
}

// caught makes an error of a panic.
func caught(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
			if e, ok := v.(error); ok {
				err = fmt.Errorf("panic: %w", e)
			}
		}
	}()
	return f()
}

// TestMemoryIsReleasedLast asks for parts until there are no more before it reads
// the first of them.
func TestMemoryIsReleasedLast(t *testing.T) {
	rows := number(randomly(outputRows, func(r *rand.Rand, _ int) int64 { return int64(r.Uint64()) }))
	b := newBed(t, "numbers", Asc(keyOf[int64]), Config{Workers: 1, bucketRows: outputBuckets})
	defer b.end()
	b.fill(rows, 1, 1000)
	o := b.sorted()
	full := b.budget.held.Load()
	if o.Held() != full {
		t.Errorf("%d bytes wait to be read, %d are held", o.Held(), full)
	}
	var parts []Part[numbered[int64]]
	for p, ok := o.Next(); ok; p, ok = o.Next() {
		parts = append(parts, p)
	}
	if o.Held() != 0 {
		t.Errorf("%d bytes wait to be asked for after the last part", o.Held())
	}
	for i, p := range parts {
		if held := b.budget.held.Load(); held != full {
			t.Errorf("%d bytes are held before part %d of %d is read, want %d", held, i, len(parts), full)
		}
		if _, err := p.all(); err != nil {
			t.Error(err)
		}
	}
	checkRead(b, o)
}

// TestPartsOfErrors stops reading with an error of the reader.
func TestPartsOfErrors(t *testing.T) {
	boom := errors.New("boom")
	rows := number(randomly(outputRows, func(r *rand.Rand, _ int) string { return letters(r, 80, "abc") }))
	for name, c := range map[string]Config{"in memory": {bucketRows: outputBuckets}, "in runs": {Memory: 1 << 20}} {
		c.Workers = 1
		b := newBed(t, name, Asc(keyOf[string]), c)
		b.fill(rows, 1, 1000)
		o := b.sorted()
		n := 0
		for p, ok := o.Next(); ok; p, ok = o.Next() {
			n++
			batches := 0
			err := p.Read(make([]numbered[string], 100), func(batch []numbered[string]) error {
				if batches++; batches == 1+n%2 {
					return boom
				}
				return nil
			})
			if err != boom && batches > 0 {
				t.Errorf("%s, part %d: error %v", name, n, err)
			}
		}
		if n < 2 {
			t.Errorf("%s: %d parts", name, n)
		}
		checkRead(b, o)
		b.end()
	}
}

func TestNoRows(t *testing.T) {
	for _, workers := range []int{1, 3} {
		b := newBed(t, "nothing", Asc(keyOf[string]), Config{Workers: workers})
		for v, err := range b.All() {
			t.Errorf("%v, %v", v, err)
		}
		b.end()
		b = newBed(t, "fillers without rows", Asc(keyOf[string]), Config{Workers: workers})
		b.fill(nil, 3, 10)
		if err := b.Filler().Add(5, nil); err != nil {
			t.Error(err)
		}
		o := b.sorted()
		if p, ok := o.Next(); ok {
			t.Errorf("a part %v of nothing", p)
		}
		checkRead(b, o)
		b.end()
	}
}

func TestZeroPart(t *testing.T) {
	err := caught(func() error {
		return Part[int]{}.Read(make([]int, 10), func([]int) error { return errors.New("rows") })
	})
	if err != nil {
		t.Errorf("the zero Part has no rows, and reading it gives %.200v", err)
	}
}

func TestDiskLimit(t *testing.T) {
	rows := number(randomly(outputRows, func(r *rand.Rand, _ int) string { return letters(r, 30, "abcdefghijklmnop") }))
	const limit = 500 << 10
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprint(workers, " workers"), func(t *testing.T) {
			b := newBed(t, "a limit", Asc(keyOf[string]), Config{Workers: workers, Memory: 256 << 10, Disk: limit})
			defer b.end()
			if _, err := addAndRead(b.Sorter, rows); !errors.Is(err, ErrDiskFull) {
				t.Errorf("error %v", err)
			}
			if s := b.Stats(); s.DiskAtMost > limit {
				t.Errorf("%d bytes were on disk at one time, and %d are allowed", s.DiskAtMost, limit)
			}
		})
	}
	t.Run("shared", func(t *testing.T) {
		space := NewSpace(0)
		sort := func(name string, want error) *bed[numbered[string]] {
			b := newBed(t, name, Asc(keyOf[string]), Config{Workers: 1, Memory: 256 << 10, Space: space, Disk: 1, Compression: None})
			got, err := addAndRead(b.Sorter, rows)
			if !errors.Is(err, want) || err == nil && len(got) != len(rows) {
				t.Errorf("%s: %d rows, %v", name, len(got), err)
			}
			return b
		}
		sort("without a limit", nil).end()
		peak := space.Peak()
		if space.Used() != 0 || peak < limit {
			t.Fatalf("%d bytes are used, %d were at most", space.Used(), peak)
		}
		space = NewSpace(peak * 5 / 4)
		first := sort("the first", nil)
		sort("the second, while the first has its files", ErrDiskFull).end()
		first.end()
		sort("the third, when the others have ended", nil).end()
		if space.Used() != 0 {
			t.Errorf("%d bytes are used after the end", space.Used())
		}
	})
}

// written is how many bytes were written, by the log of a disk.
func written(d *vfs.Faulty) (n int64) {
	for line := range strings.Lines(d.Log()) {
		var number, size int64
		var name string
		if _, err := fmt.Sscanf(line, "%d writeat %s %d bytes", &number, &name, &size); err == nil {
			n += size
		}
	}
	return n
}

func TestStats(t *testing.T) {
	rows := number(randomly(20_000, func(r *rand.Rand, _ int) string { return letters(r, 20, "abcdefghijklmnop") }))
	raw := int64(0)
	codec, err := CodecFor[numbered[string]]()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		raw += int64(len(codec.Append(nil, r)))
	}
	run := func(c Config) (Stats, int64) {
		disk := vfs.NewFaulty(vfs.NewMem())
		c.FS = disk
		b := newBed(t, fmt.Sprintf("%+v", c), Asc(keyOf[string]), c)
		defer b.end()
		if s := b.Stats(); s != (Stats{}) {
			t.Errorf("before the first row: %+v", s)
		}
		if got, err := addAndRead(b.Sorter, rows); err != nil || len(got) != len(rows) {
			t.Errorf("%d rows, %v", len(got), err)
		}
		return b.Stats(), written(disk)
	}
	for _, workers := range []int{1, 3} {
		if s, n := run(Config{Workers: workers}); s != (Stats{Rows: int64(len(rows))}) || n != 0 {
			t.Errorf("in memory: %+v, %d bytes written", s, n)
		}
		one, n := run(Config{Workers: workers, Memory: 1 << 20, FanIn: 100, Compression: None}) // the last rows need not be written
		if one.Rows != int64(len(rows)) || one.Runs < 2 || one.FanIn < 2 || one.RunBytes < raw/4 || one.DiskBytes != n || one.DiskBytes <= one.RunBytes ||
			one.Passes == 1 && (one.RunBytes > raw+int64(30*len(rows)) || one.DiskAtMost != n || one.FanIn < one.Runs) || workers == 1 && one.Passes != 1 {
			t.Errorf("one pass, of %d bytes, %d written: %+v", raw, n, one)
		}
		packed, n := run(Config{Workers: workers, Memory: 1 << 20, Compression: Zstd})
		if packed.DiskBytes != n || packed.DiskBytes >= packed.RunBytes || packed.RunBytes < raw/4 || packed.DiskAtMost > n {
			t.Errorf("packed, %d bytes written: %+v", n, packed)
		}
		many, n := run(Config{Workers: workers, Memory: 256 << 10, FanIn: 2, Compression: None})
		if many.Rows != int64(len(rows)) || many.Runs <= one.Runs || many.Passes < 3 || many.FanIn != 2 ||
			many.DiskBytes != n || many.RunBytes < 2*raw || many.DiskAtMost >= n || many.DiskAtMost < raw {
			t.Errorf("many passes, %d bytes written: %+v, one pass: %+v", n, many, one)
		}
	}
}

// TestStatsOfSpill counts what Spill writes.
func TestStatsOfSpill(t *testing.T) {
	rows := number(randomly(outputRows, func(r *rand.Rand, _ int) int64 { return int64(r.Uint64()) }))
	disk := vfs.NewFaulty(vfs.NewMem())
	b := newBed(t, "spilled", Asc(keyOf[int64]), Config{Workers: 1, FS: disk, Compression: None})
	defer b.end()
	b.fill(rows, 1, 1000)
	o := b.sorted()
	held := o.Held()
	if freed, err := o.Spill(); err != nil || freed != held || b.budget.held.Load() > held/20 {
		t.Errorf("%d bytes freed of %d, %d are held; %v", freed, held, b.budget.held.Load(), err)
	}
	n := written(disk)
	if s := b.Stats(); s.Rows != outputRows || s.Runs != 1 || s.DiskBytes != n || s.DiskAtMost != n || s.RunBytes >= n || s.RunBytes < 16*outputRows {
		t.Errorf("%d bytes written: %+v", n, s)
	}
	if _, err := readParts(o, 2); err != nil {
		t.Error(err)
	}
	checkRead(b, o)
}
