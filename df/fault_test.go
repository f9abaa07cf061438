package df_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/exec"
	"anabranch.dev/internal/vfs"
)

// A faultPlan is a run that the disk fails.
type faultPlan struct {
	name    string
	ops     []string          // the operators that an error may name
	options []df.Option       // beside the disk
	before  map[string]string // the files in the output's directory
	every   int64             // which operations fail, of those that are not among the last few

	// run runs the plan, which writes to dir, and checks the rows that it gives out.
	run func(dir string, options ...df.Option) error
	// check says what is wrong with the files of a run that has succeeded.
	check func(files map[string]string) error
}

func faultPlans(t *testing.T) []faultPlan {
	old := map[string]string{"out": "old rows\n", "beside": "another file\n"}
	rows := faultRows(5000)
	text := strings.Join(rows, "\n") + "\n"
	oldParts := map[string]string{}
	for i := range 5 {
		oldParts[fmt.Sprintf("part-%d", i)] = fmt.Sprintf("old part %d\n", i)
	}
	write := func(s df.Stream[string], name string, options ...df.WriteOption) func(dir string, options ...df.Option) error {
		return func(dir string, o ...df.Option) error {
			return drain(df.WriteLines(s, filepath.Join(dir, name), options...), o)
		}
	}
	return []faultPlan{
		{
			name: "sort", ops: []string{"sort by"}, every: 1,
			options: []df.Option{df.Workers(1), df.Memory(exec.Floor(1))},
			run:     readWide,
			check:   func(map[string]string) error { return nil },
		}, {
			name: "sort and write", ops: []string{"sort by", "write lines"}, before: old, every: 10,
			options: []df.Option{df.Workers(1), df.Memory(exec.Floor(1))},
			run:     write(df.Map(df.SortBy(wide(), wideKey), wideKey), "out"),
			check: func(files map[string]string) error {
				var want strings.Builder
				for i := range wideRows {
					fmt.Fprintf(&want, "%04d\n", i)
				}
				return hasText(files, "out", want.String())
			},
		}, {
			name: "distinct by", ops: []string{"distinct by"}, every: 1,
			options: []df.Option{df.Workers(1), df.Memory(exec.Floor(1))},
			run:     wideOnce(df.DistinctBy(df.Concat(wide(), wide()), wideKey)),
			check:   func(map[string]string) error { return nil },
		}, {
			name: "group by", ops: []string{"group by"}, every: 3,
			options: []df.Option{df.Workers(1), df.Memory(exec.Floor(1))},
			run: wideOnce(df.GroupBy(wide(), wideKey, func(dst []string, _ string, rows iter.Seq[string]) []string {
				return slices.AppendSeq(dst, rows)
			})),
			check: func(map[string]string) error { return nil },
		}, {
			name: "join", ops: []string{"join"}, every: 3,
			options: []df.Option{df.Workers(1), df.Memory(exec.Floor(1))},
			run:     wideOnce(df.Join(df.Map(wide(), wideKey), wide(), df.Self[string], wideKey, func(_, r string) string { return r })),
			check:   func(map[string]string) error { return nil },
		}, {
			name: "full join", ops: []string{"full join"}, every: 3,
			options: []df.Option{df.Workers(1), df.Memory(exec.Floor(1))},
			run: wideOnce(df.FullJoin(df.Map(wide(), wideKey), wide(), df.Self[string], wideKey, func(_ string, _ bool, r string, _ bool) string {
				return r
			})),
			check: func(map[string]string) error { return nil },
		}, {
			name: "write lines", ops: []string{"write lines"}, before: old, every: 1,
			options: []df.Option{df.Workers(3)},
			run:     write(df.FromSlice(rows), "out"),
			check:   func(files map[string]string) error { return hasText(files, "out", text) },
		}, {
			name: "write lines to a new file", ops: []string{"write lines"}, every: 1,
			options: []df.Option{df.Workers(1)},
			run:     write(df.FromSlice(rows), "out"),
			check:   func(files map[string]string) error { return hasText(files, "out", text) },
		}, {
			name: "write parts", ops: []string{"write lines"}, before: oldParts, every: 1,
			options: []df.Option{df.Workers(2)},
			run:     write(df.FromSlice(rows), "part-%d", df.PartBytes(int64(len(text)/3))),
			check: func(files map[string]string) error {
				all := ""
				for _, name := range slices.Sorted(maps.Keys(files)) {
					all += files[name]
				}
				if len(files) != 3 && len(files) != 4 || all != text {
					return fmt.Errorf("%d parts with %d bytes of %d", len(files), len(all), len(text))
				}
				return nil
			},
		}, {
			name: "save", ops: []string{"save"}, before: old, every: 1,
			options: []df.Option{df.Workers(2)},
			run: func(dir string, o ...df.Option) error {
				return drain(df.Save(df.FromSlice(rows), filepath.Join(dir, "out")), o)
			},
			check: func(files map[string]string) error {
				path := filepath.Join(t.TempDir(), "copy")
				if err := os.WriteFile(path, []byte(files["out"]), 0o600); err != nil {
					return err
				}
				got, err := df.Collect(context.Background(), df.Load[string](path))
				if err == nil && !slices.Equal(got, rows) {
					err = fmt.Errorf("%d rows, want %d", len(got), len(rows))
				}
				return err
			},
		},
	}
}

func drain(s df.Stream[df.File], options []df.Option) error {
	_, err := df.Collect(context.Background(), s, options...)
	return err
}

func faultRows(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("row %d of %d", i, n)
	}
	return rows
}

func hasText(files map[string]string, name, want string) error {
	if got := files[name]; got != want {
		return fmt.Errorf("%s has %d bytes, want %d", name, len(got), len(want))
	}
	return nil
}

// wideRows are rows of 1 MiB each, so that few operations write and read more than
// the least memory that a run can have.
const wideRows = 22

func wide() df.Stream[string] {
	text := strings.Repeat("0123456789abcdef", 64<<10)
	numbers := make([]int, wideRows)
	for i := range numbers {
		numbers[i] = i * 9 % wideRows
	}
	return df.Map(df.FromSlice(numbers), func(i int) string { return fmt.Sprintf("%04d", i) + text[i:] })
}

func wideKey(s string) string { return s[:4] }

// readWide sorts wide rows and looks at what comes out.
func readWide(_ string, options ...df.Option) (wrong error) {
	i := 0
	for row, err := range df.All(context.Background(), df.SortBy(wide(), wideKey), options...) {
		if err != nil {
			return errors.Join(wrong, err)
		}
		if len(row) != 4+1<<20-i || wideKey(row) != fmt.Sprintf("%04d", i) || !strings.HasSuffix(row, "89abcdef") {
			wrong = fmt.Errorf("wrong row %d: %d bytes, %.20q", i, len(row), row)
		}
		i++
	}
	if i != wideRows {
		return fmt.Errorf("wrong number of rows: %d", i)
	}
	return wrong
}

// wideOnce looks whether a stream has each wide row once.
func wideOnce(s df.Stream[string]) func(string, ...df.Option) error {
	return func(_ string, options ...df.Option) error {
		seen := map[string]bool{}
		for row, err := range df.All(context.Background(), s, options...) {
			if err != nil {
				return err
			}
			if seen[wideKey(row)] || len(row) < 1<<20-wideRows || !strings.HasSuffix(row, "89abcdef") {
				return fmt.Errorf("wrong row of %d bytes, %.20q", len(row), row)
			}
			seen[wideKey(row)] = true
		}
		if len(seen) != wideRows {
			return fmt.Errorf("%d rows", len(seen))
		}
		return nil
	}
}

// faultRun is a run that is over.
type faultRun struct {
	err         error
	disk        *vfs.Faulty
	files, temp map[string]string // in the output's directory, and in that for temporary files
}

func (p *faultPlan) do(t *testing.T, faults ...vfs.Fault) faultRun {
	t.Helper()
	dir, temp := t.TempDir(), t.TempDir()
	for name, text := range p.before {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := faultRun{disk: vfs.NewFaulty(vfs.OS, faults...)}
	r.err = p.run(dir, append(p.options, df.TempDir(temp), onDisk(r.disk))...)
	r.files, r.temp = files(t, dir), files(t, temp)
	noneLeft(t)
	return r
}

// files reads all files of a directory.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(b)
	}
	return all
}

// TestFaults lets operations on files fail, one in each run.
func TestFaults(t *testing.T) {
	for _, p := range faultPlans(t) {
		t.Run(p.name, func(t *testing.T) {
			good := p.do(t)
			if good.err != nil {
				t.Fatal(good.err)
			}
			if err := p.check(good.files); err != nil || len(good.temp) > 0 {
				t.Fatalf("without a fault: %v; %d temporary files", err, len(good.temp))
			}
			for kind, every := range map[vfs.Kind]int64{vfs.Fail: p.every, vfs.NoSpace: 4 * p.every, vfs.ShortWrite: 4 * p.every} {
				last := int64(10)
				if testing.Short() {
					every, last = 5*every, 3
				}
				ops := good.disk.Ops()
				for n := int64(0); !t.Failed(); {
					r := p.do(t, vfs.Fault{At: n, Kind: kind})
					if !r.disk.Hit() {
						p.succeeded(t, r, good)
						break
					}
					p.failed(t, r, good, kind)
					if n < ops-last {
						n = min(n+every, ops-last)
					} else {
						n++
					}
				}
			}
		})
	}
}

// succeeded checks a run in which nothing has gone wrong.
func (p *faultPlan) succeeded(t *testing.T, r, good faultRun) {
	t.Helper()
	if r.err != nil || !maps.Equal(r.files, good.files) || len(r.temp) > 0 {
		t.Errorf("without a fault: %v; files %q, %d temporary ones", r.err, slices.Sorted(maps.Keys(r.files)), len(r.temp))
	}
}

// failed checks a run in which something has gone wrong.
func (p *faultPlan) failed(t *testing.T, r, good faultRun, kind vfs.Kind) {
	t.Helper()
	log := strings.SplitAfter(r.disk.Log(), "\n")
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s\nerror: %.300v\nthe last operations:\n%s", fmt.Sprintf(format, args...), r.err, strings.Join(log[max(0, len(log)-12):], ""))
	}
	var e *df.Error
	switch {
	case !errors.Is(r.err, vfs.ErrInjected):
		fail("the error is not that of the disk")
	case !errors.As(r.err, &e) || !slices.Contains(p.ops, e.Op):
		fail("the error names none of the operators %q", p.ops)
	case strings.Contains(r.err.Error(), "wrong"):
		fail("wrong rows come before the error")
	}
	if kind != vfs.Fail && !errors.Is(r.err, syscall.ENOSPC) {
		fail("the error is not that of a full disk")
	}
	if kind != vfs.Fail && len(p.before) == 0 && p.name == "sort" && !errors.Is(r.err, df.ErrDiskFull) {
		fail("the error is not ErrDiskFull")
	}
	if len(r.temp) > 0 {
		fail("temporary files are left: %q", slices.Sorted(maps.Keys(r.temp)))
	}
	// Files get their names one after the other, when the last byte is on the disk.
	renamed, struck := 0, false
	for _, line := range log {
		if strings.Contains(line, "<- injected") {
			struck = true
		} else if f := strings.Fields(line); len(f) > 1 && f[1] == string(vfs.OpRename) {
			if renamed++; struck {
				fail("a file is named after the fault")
			}
		}
	}
	fresh := 0
	for name, text := range r.files {
		before, was := p.before[name]
		after, is := good.files[name]
		switch {
		case was && text == before && (!is || after != before):
		case is && text == after:
			if !was || after != before {
				fresh++
			}
		default:
			fail("%s, of %d bytes, is neither what it was nor what it is to be", name, len(text))
		}
	}
	if fresh != renamed {
		fail("%d files are new, and %d were named", fresh, renamed)
	}
	for name := range p.before {
		if _, ok := r.files[name]; !ok && (r.disk.HitOp() != vfs.OpRemove || good.files[name] != "") {
			fail("%s is gone", name)
		}
	}
}

// TestFaultIsNamed has the disk fail in the middle of a run that several workers are
// in: what they, and the end of the operator, run into after that is not the error.
func TestFaultIsNamed(t *testing.T) {
	rows := faultRows(5000)
	runs := 300
	if testing.Short() {
		runs = 30
	}
	for range runs {
		dir := t.TempDir()
		disk := vfs.NewFaulty(vfs.OS, vfs.Fault{At: 9, Op: vfs.OpOpen}) // of a later part
		err := drain(df.WriteLines(df.FromSlice(rows), filepath.Join(dir, "part-%d"), df.PartBytes(28_000)), []df.Option{df.Workers(2), onDisk(disk)})
		if !errors.Is(err, vfs.ErrInjected) {
			t.Fatalf("error %v\n%s", err, disk.Log())
		}
		if left := files(t, dir); len(left) > 0 {
			t.Fatalf("%q are left", slices.Sorted(maps.Keys(left)))
		}
	}
}

// TestCorruptTemporaryFiles flips a bit of what is written to temporary files, or
// read from them.
func TestCorruptTemporaryFiles(t *testing.T) {
	p := faultPlans(t)[0]
	every := int64(5)
	if testing.Short() {
		every = 20
	}
	for _, op := range []vfs.Op{vfs.OpWriteAt, vfs.OpReadAt} {
		for n := int64(0); !t.Failed(); n += every {
			r := p.do(t, vfs.Fault{At: n, Kind: vfs.BitFlip, Op: op, Bit: n * 1_000_003})
			if !r.disk.Hit() {
				p.succeeded(t, r, r)
				break
			}
			var e *df.Error
			if !errors.Is(r.err, df.ErrCorrupt) || !errors.As(r.err, &e) || e.Op != "sort by" || strings.Contains(r.err.Error(), "wrong row") {
				t.Errorf("a bit flipped in %s, operation %d or after: %v", op, n, r.err)
			}
		}
	}
}

// TestCorruptSave flips a bit of what Save writes: Load finds it.
func TestCorruptSave(t *testing.T) {
	rows := faultRows(5000)
	for n, bit := int64(0), int64(0); ; bit += 12_347 {
		path := filepath.Join(t.TempDir(), "saved")
		disk := vfs.NewFaulty(vfs.OS, vfs.Fault{At: n, Kind: vfs.BitFlip, Op: vfs.OpWrite, Bit: bit})
		if err := drain(df.Save(df.FromSlice(rows), path), []df.Option{df.Workers(1), onDisk(disk)}); err != nil {
			t.Fatal(err)
		}
		if !disk.Hit() {
			return
		}
		got, err := df.Collect(context.Background(), df.Load[string](path), df.Workers(1))
		var e *df.Error
		if !errors.Is(err, df.ErrCorrupt) || !errors.As(err, &e) || e.Op != "load" {
			t.Errorf("bit %d from operation %d on: %d rows, error %v\n%s", bit, n, len(got), err, disk.Log())
		}
		if bit > 12*12_347 {
			n, bit = n+1, 0
		}
	}
}
