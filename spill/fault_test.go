package spill

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"anabranch.dev/internal/vfs"
)

// faultPlan is a sort whose every operation on files fails once.
type faultPlan struct {
	name    string
	config  Config
	options []vfs.MemOption
	sort    func(s *Sorter[numbered[string]], rows []numbered[string]) ([]numbered[string], error)
}

// faultPlans all write several runs, and merge them in several passes.
func faultPlans() (plans []faultPlan) {
	for _, system := range []struct {
		name    string
		options []vfs.MemOption
	}{
		{"unix", nil},
		{"windows", []vfs.MemOption{vfs.LikeWindows()}},
	} {
		add := func(name string, workers int, sort func(s *Sorter[numbered[string]], rows []numbered[string]) ([]numbered[string], error)) {
			plans = append(plans, faultPlan{
				name:    system.name + ", " + name,
				config:  Config{Memory: 40 << 10, FanIn: 3, Workers: workers, Compression: Compression(1 + len(plans)%2)},
				options: system.options, sort: sort,
			})
		}
		add("one worker", 1, addAndRead)
		add("two workers", 2, addAndRead)
		add("fillers and parts", 2, fillAndRead)
	}
	return plans
}

// addAndRead sorts with Add and All, and gives what comes before the first error.
func addAndRead(s *Sorter[numbered[string]], rows []numbered[string]) (got []numbered[string], err error) {
	for part := range slices.Chunk(rows, 500) {
		if err := s.Add(part...); err != nil {
			return nil, err
		}
	}
	for v, err := range s.All() {
		if err != nil {
			return got, err
		}
		got = append(got, v)
	}
	return got, nil
}

// fillAndRead sorts with a filler and a reader for each of two goroutines.
func fillAndRead(s *Sorter[numbered[string]], rows []numbered[string]) (got []numbered[string], err error) {
	const size = 150
	if err := both(func(w int) error {
		f := s.Filler()
		for i := w; i*size < len(rows); i += 2 {
			if err := f.Add(uint64(i), rows[i*size:min((i+1)*size, len(rows))]); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	sorted, err := s.Sort(nil)
	if err != nil {
		return nil, err
	}
	parts, err := readParts(sorted, 2)
	for _, p := range parts {
		got = append(got, p...)
	}
	return got, err
}

// both runs f in two goroutines.
func both(f func(i int) error) error {
	var errs [2]error
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errors.Join(errs[:]...)
}

// readParts reads all parts with so many goroutines. Of parts that cannot be read,
// and of those after them, nothing is given.
func readParts[T any](o *Sorted[T], readers int) (parts [][]T, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	failed := -1
	for range readers {
		wg.Go(func() {
			for {
				mu.Lock()
				p, ok := o.Next()
				i := len(parts)
				if ok {
					parts = append(parts, nil)
				}
				mu.Unlock()
				if !ok {
					return
				}
				rows, e := p.all()
				mu.Lock()
				parts[i] = rows
				if e != nil && (failed < 0 || i < failed) {
					failed, err = i, e
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if failed >= 0 {
		parts = parts[:failed]
	}
	return parts, err
}

// outcome is what is left of a sort that is over.
type outcome struct {
	got   []numbered[string]
	err   error
	mem   *vfs.Mem
	disk  *vfs.Faulty
	stats Stats
}

// run sorts rows on a disk with faults, and checks what must hold whatever they
// are: rows come in order and without a gap, and nothing is left behind.
func (p *faultPlan) run(t *testing.T, rows, want []numbered[string], options []vfs.MemOption, faults ...vfs.Fault) outcome {
	t.Helper()
	mem := vfs.NewMem(append(options, p.options...)...)
	o := outcome{mem: mem, disk: vfs.NewFaulty(mem, faults...)}
	what := fmt.Sprintf("%s, faults %+v", p.name, faults)
	budget := &purse{limit: p.config.Memory}
	space := NewSpace(0)
	c := p.config
	c.FS, c.TempDir, c.Budget, c.Space = o.disk, ".", budget.holder, space
	s, err := NewSorter(Asc(keyOf[string]), c)
	if err != nil {
		t.Fatal(err)
	}
	o.got, o.err = p.sort(s, rows)
	o.stats = s.Stats()
	if err := s.Close(); o.err == nil {
		o.err = err
	}
	if err := s.Close(); err != nil {
		t.Errorf("%s: the second Close: %v", what, err)
	}
	if len(o.got) > len(want) || !slices.Equal(o.got, want[:len(o.got)]) {
		t.Errorf("%s: %d rows that are not the first ones; error %v\n%s", what, len(o.got), o.err, tail(o.disk))
	}
	if o.err == nil && len(o.got) != len(want) {
		t.Errorf("%s: %d rows of %d, and no error\n%s", what, len(o.got), len(want), tail(o.disk))
	}
	if mem.Open() > 0 {
		t.Errorf("%s: %d files are open after the end; error %v\n%s", what, mem.Open(), o.err, tail(o.disk))
	}
	if space.Used() != 0 {
		t.Errorf("%s: %d bytes of disk are taken after the end; error %v\n%s", what, space.Used(), o.err, tail(o.disk))
	}
	budget.empty(t, what)
	noneLeft(t)
	return o
}

// tail is the end of a log of operations.
func tail(d *vfs.Faulty) string {
	lines := strings.SplitAfter(d.Log(), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "")
}

// struck is the number of the operation that was the first to go wrong.
func struck(d *vfs.Faulty) (n int64) {
	for line := range strings.Lines(d.Log()) {
		if strings.Contains(line, "<- injected") {
			if _, err := fmt.Sscan(line, &n); err != nil {
				panic(err)
			}
			return n
		}
	}
	panic("nothing has gone wrong")
}

func faultRows() (rows, want []numbered[string]) {
	keys := make([]string, 1800)
	for i := range keys {
		keys[i] = fmt.Sprintf("%05d", i*7919%len(keys)/3) + strings.Repeat("x", i%23)
	}
	rows = number(keys)
	want = slices.Clone(rows)
	slices.SortStableFunc(want, func(a, b numbered[string]) int { return strings.Compare(a.Key, b.Key) })
	return rows, want
}

// TestFaults makes each operation on files go wrong in every way there is.
func TestFaults(t *testing.T) {
	rows, want := faultRows()
	for _, p := range faultPlans() {
		if o := p.run(t, rows, want, nil); o.err != nil || o.stats.Runs < 6 || o.stats.Passes < 3 {
			t.Fatalf("%s: %v; %+v", p.name, o.err, o.stats)
		}
		for _, kind := range []struct {
			name  string
			fault vfs.Fault
			want  []error // all of them
		}{
			{"fail", vfs.Fault{Kind: vfs.Fail}, []error{vfs.ErrInjected}},
			{"full disk", vfs.Fault{Kind: vfs.NoSpace}, []error{vfs.ErrInjected, ErrDiskFull}},
			{"half a write", vfs.Fault{Kind: vfs.ShortWrite}, []error{vfs.ErrInjected, ErrDiskFull}},
			{"a bit that is read", vfs.Fault{Kind: vfs.BitFlip, Op: vfs.OpReadAt}, []error{ErrCorrupt}},
			{"a bit that is written", vfs.Fault{Kind: vfs.BitFlip, Op: vfs.OpWriteAt}, []error{ErrCorrupt}},
		} {
			t.Run(p.name+"/"+kind.name, func(t *testing.T) {
				f := kind.fault
				for !t.Failed() {
					f.Bit = f.At * 1_000_003
					o := p.run(t, rows, want, nil, f)
					if !o.disk.Hit() {
						if o.err != nil {
							t.Errorf("no fault, and yet %v", o.err)
						}
						return
					}
					if o.disk.HitOp() == vfs.OpReadDir { // looking for what ended processes have left is worth no error
						if o.err != nil {
							t.Errorf("fault %+v: error %v, want none\n%s", f, o.err, tail(o.disk))
						}
					} else {
						for _, err := range kind.want {
							if !errors.Is(o.err, err) {
								t.Errorf("fault %+v: error %v, want %v\n%s", f, o.err, err, tail(o.disk))
							}
						}
					}
					checkFiles(t, &p, o, rows, want)
					if f.At = struck(o.disk) + 1; testing.Short() {
						f.At += 4
					}
				}
			})
		}
	}
}

// checkFiles checks that nothing has a name any more, but for what could not be
// removed, and that the next sorter removes that.
func checkFiles(t *testing.T, p *faultPlan, o outcome, rows, want []numbered[string]) {
	t.Helper()
	names := o.mem.Names()
	if o.disk.HitOp() == vfs.OpRemove && len(names) > 0 && !o.mem.UnlinksOpen() {
		s, err := NewSorter(Asc(keyOf[string]), Config{Memory: p.config.Memory, Workers: 1, FS: o.mem, TempDir: "."})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := addAndRead(s, rows); err != nil || !slices.Equal(got, want) {
			t.Errorf("the next sorter: %d rows, error %v", len(got), err)
		}
		if err := s.Close(); err != nil {
			t.Error("the next sorter:", err)
		}
		names = o.mem.Names()
	}
	if len(names) > 0 {
		t.Errorf("%s: %q are left; error %v\n%s", p.name, names, o.err, tail(o.disk))
	}
}

// TestDeadDisk lets all operations from one on fail. What has a name then keeps it.
func TestDeadDisk(t *testing.T) {
	rows, want := faultRows()
	for _, p := range faultPlans() {
		ops := p.run(t, rows, want, nil).disk.Ops()
		for n := int64(0); n < ops; n += 1 + ops/20 {
			o := p.run(t, rows, want, nil, vfs.Fault{At: n, Always: true})
			if !errors.Is(o.err, vfs.ErrInjected) && o.disk.Hit() {
				t.Errorf("%s: dead from operation %d on: error %v\n%s", p.name, n, o.err, tail(o.disk))
			}
		}
	}
}

// TestSmallDisk lets the disk become full.
func TestSmallDisk(t *testing.T) {
	rows, want := faultRows()
	for _, p := range faultPlans() {
		for size := int64(0); !t.Failed(); size = size*5/4 + 500 {
			o := p.run(t, rows, want, []vfs.MemOption{vfs.Capacity(size)})
			if len(o.mem.Names()) > 0 {
				t.Errorf("%s: a disk of %d bytes: %q are left", p.name, size, o.mem.Names())
			}
			if o.err == nil {
				if size == 0 {
					t.Errorf("%s: nothing was written", p.name)
				}
				break
			}
			if !errors.Is(o.err, ErrDiskFull) {
				t.Errorf("%s: a disk of %d bytes: %v", p.name, size, o.err)
			}
		}
	}
}
