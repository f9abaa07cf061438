package spill

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/internal/vfs"
)

// dealAndRead deals rows to partitions with two writers, and reads them all.
func dealAndRead[T any](p *Partitions[T], n int, rows []T) (parts [][]T, err error) {
	if err := both(func(w int) error {
		to := p.Writer()
		const size = 700
		for from := w * size; from < len(rows); from += 2 * size {
			part := rows[from:min(from+size, len(rows))]
			numbers := make([]uint8, len(part))
			for i := range part {
				numbers[i] = uint8(partOf(from+i, n))
			}
			if err := to.Add(part, numbers); err != nil {
				return err
			}
		}
		return to.End()
	}); err != nil {
		return nil, err
	}
	parts = make([][]T, n)
	return parts, both(func(w int) error {
		for i := w; i < n; i += 2 {
			err := p.Read(i, make([]T, 100), func(rows []T) error {
				parts[i] = append(parts[i], rows...)
				return nil
			})
			if err != nil {
				return err
			}
			if int(p.Rows(i)) != len(parts[i]) {
				return fmt.Errorf("partition %d has %d rows, not %d", i, len(parts[i]), p.Rows(i))
			}
		}
		return nil
	})
}

// partOf is the partition of row i: some have many rows, and some none.
func partOf(i, n int) int { return i * i % 101 % n }

func testPartitions[T any](t *testing.T, name string, row func(i int) T) {
	codec, err := CodecFor[T]()
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range []int{0, 1, 20_000} {
		for _, n := range []int{1, 60, MaxPartitions} {
			for _, c := range []Config{{}, {Memory: 300 << 10, Compression: None}, {Memory: 1 << 20, Workers: 7, Compression: S2}, {Memory: 200 << 10, Compression: Zstd}} {
				what := fmt.Sprintf("%s, %d rows, %d partitions, memory %d", name, rows, n, c.Memory)
				mem := vfs.NewMem()
				purse := &purse{limit: max(c.Memory, 1<<20)}
				c.FS, c.TempDir, c.Budget = mem, ".", purse.holder
				p := NewPartitions(n, codec, c)
				all := make([]T, rows)
				want := make([][]string, n)
				for i := range all {
					all[i] = row(i)
					want[partOf(i, n)] = append(want[partOf(i, n)], fmt.Sprint(row(i)))
				}
				got, err := dealAndRead(p, n, all)
				if err != nil {
					t.Fatal(what, err)
				}
				for i, rows := range got {
					texts := make([]string, len(rows))
					for j, v := range rows {
						texts[j] = fmt.Sprint(v)
					}
					slices.Sort(texts)
					slices.Sort(want[i])
					if !slices.Equal(texts, want[i]) {
						t.Errorf("%s: partition %d has %d rows, want %d", what, i, len(texts), len(want[i]))
					}
				}
				if err := errors.Join(p.Close(), p.Close()); err != nil {
					t.Error(what, err)
				}
				purse.empty(t, what)
				if left := mem.Files(); len(left) > 0 {
					t.Errorf("%s: files are left: %v", what, left)
				}
			}
		}
	}
}

func TestPartitions(t *testing.T) {
	type mixed struct {
		N    int
		Text string
		List []int16
	}
	testPartitions(t, "numbers", func(i int) int { return i * 7919 })
	testPartitions(t, "texts", func(i int) string { return strings.Repeat(fmt.Sprint(i, " "), i%7) })
	testPartitions(t, "structs", func(i int) mixed { return mixed{i, fmt.Sprint(i), make([]int16, i%5)} })
	testPartitions(t, "nothing", func(int) struct{} { return struct{}{} })
}

// TestPartitionsLargeRows have rows that are larger than a block, and one for which
// there is no memory.
func TestPartitionsLargeRows(t *testing.T) {
	codec, err := CodecFor[string]()
	if err != nil {
		t.Fatal(err)
	}
	purse := &purse{limit: 1 << 20}
	p := NewPartitions(3, codec, Config{Memory: 1 << 20, FS: vfs.NewMem(), TempDir: ".", Budget: purse.holder})
	rows := make([]string, 90)
	for i := range rows {
		rows[i] = strings.Repeat(fmt.Sprint(i%10), i%4*150_000+i)
	}
	parts, err := dealAndRead(p, 3, rows)
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Concat(parts...)
	slices.Sort(got)
	slices.Sort(rows)
	if !slices.Equal(got, rows) {
		t.Errorf("%d rows, want %d", len(got), len(rows))
	}
	w := p.Writer()
	if err := w.Add([]string{strings.Repeat("x", 2<<20)}, []uint8{0}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	purse.empty(t, "large rows")
	if err := p.Read(0, make([]string, 1), func([]string) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("read when closed: %v", err)
	}
}

// TestPartitionsPush gives the error of the one who gets the rows as it is.
func TestPartitionsPush(t *testing.T) {
	codec, _ := CodecFor[int]()
	p := NewPartitions(2, codec, Config{FS: vfs.NewMem(), TempDir: "."})
	w := p.Writer()
	if err := errors.Join(w.Add([]int{1, 2, 3}, []uint8{1, 0, 1}), w.End()); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	if err := p.Read(1, make([]int, 1), func([]int) error { return stop }); err != stop {
		t.Errorf("error %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// TestPartitionsFaults lets each operation on files go wrong once: there is an error,
// or the rows are right, and no file is left.
func TestPartitionsFaults(t *testing.T) {
	codec, err := CodecFor[string]()
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]string, 3000)
	for i := range rows {
		rows[i] = fmt.Sprint(i, " of some rows that are compressed well")
	}
	slices.Sort(rows)
	for _, system := range [][]vfs.MemOption{nil, {vfs.LikeWindows()}} {
		for _, kind := range []vfs.Kind{vfs.Fail, vfs.NoSpace, vfs.ShortWrite, vfs.BitFlip} {
			for n := int64(0); ; n++ {
				mem := vfs.NewMem(system...)
				disk := vfs.NewFaulty(mem, vfs.Fault{At: n, Kind: kind})
				c := Config{Memory: 100 << 10, FS: disk, TempDir: ".", Compression: Compression(1 + n%2)}
				p := NewPartitions(5, codec, c)
				parts, err := dealAndRead(p, 5, rows)
				closed := p.Close()
				got := slices.Concat(parts...)
				slices.Sort(got)
				what := fmt.Sprintf("%v at %d", kind, n)
				switch right := slices.Equal(got, rows); {
				case err == nil && !right:
					t.Errorf("%s: wrong rows", what)
				case kind == vfs.BitFlip && err != nil && !errors.Is(err, ErrCorrupt):
					t.Errorf("%s: error %v", what, err)
				case kind != vfs.BitFlip && disk.Hit() && disk.HitOp() != vfs.OpReadDir && !errors.Is(errors.Join(err, closed), vfs.ErrInjected):
					t.Errorf("%s: error %v", what, err)
				case (kind == vfs.NoSpace || kind == vfs.ShortWrite) && disk.Hit() && !errors.Is(err, ErrDiskFull):
					t.Errorf("%s: the error is not ErrDiskFull: %v", what, err)
				}
				if left := mem.Files(); len(left) > 0 && disk.HitOp() != vfs.OpRemove {
					t.Errorf("%s: files are left: %v", what, left)
				}
				if !disk.Hit() {
					break
				}
			}
		}
	}
	noneLeft(t)
}
