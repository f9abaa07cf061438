package spill

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"anabranch.dev/internal/vfs"
)

// tempDirOn is where a sorter of its own makes its temporary files.
func tempDirOn(fsys vfs.FS, base string) *tempDir {
	return newTempDir(&Config{FS: fsys, TempDir: base}, NewSpace(0))
}

func mustCreate(t *testing.T, d *tempDir) *tempFile {
	t.Helper()
	f, err := d.create()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// holds writes text to a file and reads it back.
func holds(f *tempFile, text string) error {
	if err := f.write([]byte(text)); err != nil {
		return err
	}
	got := make([]byte, len(text))
	if _, err := f.file.ReadAt(got, f.size-int64(len(text))); err != nil {
		return err
	}
	if string(got) != text {
		return fmt.Errorf("%q is read, %q was written", got, text)
	}
	return nil
}

func TestTempFileHasNoName(t *testing.T) {
	if vfs.OS.UnlinksOpen() {
		base := t.TempDir()
		d := tempDirOn(nil, base)
		if err := holds(mustCreate(t, d), "text"); err != nil {
			t.Error(err)
		}
		entries, err := os.ReadDir(base)
		if err != nil || len(entries) > 0 {
			t.Errorf("%v, %v", entries, err)
		}
		if err := d.close(); err != nil {
			t.Error(err)
		}
	}
	mem := vfs.NewMem()
	d := tempDirOn(mem, ".")
	first, second := mustCreate(t, d), mustCreate(t, d)
	for _, f := range []*tempFile{first, second} {
		if err := holds(f, strings.Repeat(f.name, 100)); err != nil {
			t.Error(err)
		}
	}
	if names := mem.Names(); len(names) > 0 || mem.Open() != 2 {
		t.Errorf("%q, %d open files", names, mem.Open())
	}
	if err := first.release(); err != nil || mem.Open() != 1 || mem.Used() != second.size || d.disk.Used() != second.size {
		t.Errorf("after a release: %v, %d open files, %d and %d bytes, want %d", err, mem.Open(), mem.Used(), d.disk.Used(), second.size)
	}
	if err := d.close(); err != nil || mem.Open() > 0 || mem.Used() > 0 || d.disk.Used() != 0 {
		t.Errorf("after close: %v, %d open files, %d and %d bytes", err, mem.Open(), mem.Used(), d.disk.Used())
	}
}

// TestTempFilesInDirectory is about systems where an open file keeps its name.
func TestTempFilesInDirectory(t *testing.T) {
	mem := vfs.NewMem(vfs.LikeWindows())
	d := tempDirOn(mem, ".")
	if names := mem.Names(); len(names) > 0 {
		t.Errorf("before it is needed: %q", names)
	}
	first, second := mustCreate(t, d), mustCreate(t, d)
	dir := d.mu.dir
	want := []string{dir + "/", filepath.ToSlash(first.name), filepath.ToSlash(second.name), dir + "/" + lockName}
	slices.Sort(want)
	if names := mem.Names(); !slices.Equal(names, want) || !strings.HasPrefix(dir, tempPrefix) || filepath.Dir(first.name) != dir {
		t.Errorf("%q, want %q", names, want)
	}
	if err := first.release(); err != nil || slices.Contains(mem.Names(), filepath.ToSlash(first.name)) {
		t.Errorf("after a release: %v, %q", err, mem.Names())
	}
	if err := d.close(); err != nil || len(mem.Names()) > 0 || mem.Open() > 0 {
		t.Errorf("after close: %v, %q, %d open files", err, mem.Names(), mem.Open())
	}
}

// relics are what may lie where temporary files are made, beside them.
type relics struct {
	*testing.T
	mem *vfs.Mem
}

func newRelics(t *testing.T) relics {
	return relics{t, vfs.NewMem(vfs.LikeWindows())}
}

// dir makes a directory with files and returns those, open.
func (r relics) dir(name string, files ...string) (open []vfs.File) {
	r.Helper()
	if err := r.mem.Mkdir(name, 0o700); err != nil {
		r.Fatal(err)
	}
	for _, f := range files {
		open = append(open, r.file(name+"/"+f))
	}
	return open
}

func (r relics) file(name string) vfs.File {
	r.Helper()
	f, err := r.mem.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.Write([]byte(name))
	}
	if err != nil {
		r.Fatal(err)
	}
	return f
}

func (r relics) close(files ...vfs.File) {
	r.Helper()
	for _, f := range files {
		if err := f.Close(); err != nil {
			r.Fatal(err)
		}
	}
}

// sweep lets a sorter make a temporary file, and checks that what is left after
// its end are these names, each file with what was written to it.
func (r relics) sweep(want ...string) {
	r.Helper()
	d := tempDirOn(r.mem, ".")
	if err := holds(mustCreate(r.T, d), "text"); err != nil {
		r.Error(err)
	}
	if err := d.close(); err != nil {
		r.Error(err)
	}
	slices.Sort(want)
	if got := r.mem.Names(); !slices.Equal(got, want) {
		r.Errorf("left: %q\nwant: %q", got, want)
	}
	for name, text := range r.mem.Files() {
		if string(text) != name {
			r.Errorf("%s holds %q", name, text)
		}
	}
}

func TestSweep(t *testing.T) {
	const dead, other = "anabranch-12-3-0123abcd", "anabranch-45-6-89abcdef"
	t.Run("of a process that has ended", func(t *testing.T) {
		r := newRelics(t)
		r.close(r.dir(dead, lockName, "anabranch-12-4-00000000.tmp", "anabranch-12-5-00000001.tmp")...)
		r.close(r.dir(other, lockName)...)
		r.sweep()
	})
	t.Run("of a process that runs", func(t *testing.T) {
		r := newRelics(t)
		open := r.dir(dead, lockName, "a.tmp")
		r.close(open[1]) // the process may be between two uses of a file
		r.sweep(dead+"/", dead+"/a.tmp", dead+"/lock")
		r.close(open[0])
		r.sweep()
	})
	t.Run("one that runs and one that has ended", func(t *testing.T) {
		r := newRelics(t)
		open := r.dir(other, lockName, "a.tmp")
		r.close(r.dir(dead, lockName, "b.tmp")...)
		r.sweep(other+"/", other+"/a.tmp", other+"/lock")
		r.close(open...)
		r.sweep()
	})
	t.Run("without a lock", func(t *testing.T) { // it ended as it made its directory, or removed it
		r := newRelics(t)
		r.dir(dead)
		r.close(r.dir(other, "a.tmp")...)
		r.sweep()
	})
	t.Run("without a lock, and a file is open", func(t *testing.T) {
		r := newRelics(t)
		open := r.dir(dead, "a.tmp", "b.tmp")
		r.close(open[0])
		r.sweep(dead+"/", dead+"/b.tmp")
		r.close(open[1])
		r.sweep()
	})
	t.Run("of others", func(t *testing.T) {
		r := newRelics(t)
		r.close(r.file(dead), r.file("lock"), r.file("anabranch-.tmp"), r.file("x.tmp"))
		r.close(r.dir("other", lockName, "a.tmp")...)
		r.close(r.dir("anabranch", lockName, "a.tmp")...)
		r.close(r.dir("xanabranch-12-3-0123abcd", lockName, "a.tmp")...)
		r.dir("empty")
		r.sweep("anabranch-.tmp", "anabranch/", "anabranch/a.tmp", "anabranch/lock", dead, "empty/", "lock",
			"other/", "other/a.tmp", "other/lock", "x.tmp",
			"xanabranch-12-3-0123abcd/", "xanabranch-12-3-0123abcd/a.tmp", "xanabranch-12-3-0123abcd/lock")
	})
	t.Run("of the user's", func(t *testing.T) { // no sorter makes such names
		r := newRelics(t)
		r.close(r.dir("anabranch-notes", "today.txt")...)
		r.close(r.dir("anabranch-1.2.3", lockName, "go.mod")...)
		r.sweep("anabranch-1.2.3/", "anabranch-1.2.3/go.mod", "anabranch-1.2.3/lock", "anabranch-notes/", "anabranch-notes/today.txt")
	})
	t.Run("where files can be unlinked", func(t *testing.T) { // nothing has to be swept there
		r := relics{t, vfs.NewMem()}
		r.close(r.dir(dead, lockName)...)
		r.sweep(dead+"/", dead+"/lock")
	})
}

// hooked calls a function before or after some operations.
type hooked struct {
	vfs.FS
	before, after func(op vfs.Op, name string)
}

func (h *hooked) call(f func(op vfs.Op, name string), op vfs.Op, name string) {
	if f != nil {
		f(op, filepath.ToSlash(name))
	}
}

func (h *hooked) OpenFile(name string, flag int, perm fs.FileMode) (vfs.File, error) {
	h.call(h.before, vfs.OpOpen, name)
	f, err := h.FS.OpenFile(name, flag, perm)
	h.call(h.after, vfs.OpOpen, name)
	if err != nil {
		return nil, err
	}
	return &hookedFile{f, h}, nil
}

func (h *hooked) Mkdir(name string, perm fs.FileMode) error {
	h.call(h.before, vfs.OpMkdir, name)
	defer h.call(h.after, vfs.OpMkdir, name)
	return h.FS.Mkdir(name, perm)
}

func (h *hooked) Remove(name string) error {
	h.call(h.before, vfs.OpRemove, name)
	defer h.call(h.after, vfs.OpRemove, name)
	return h.FS.Remove(name)
}

func (h *hooked) ReadDir(name string) ([]fs.DirEntry, error) {
	h.call(h.before, vfs.OpReadDir, name)
	defer h.call(h.after, vfs.OpReadDir, name)
	return h.FS.ReadDir(name)
}

type hookedFile struct {
	vfs.File
	h *hooked
}

func (f *hookedFile) Close() error {
	f.h.call(f.h.before, vfs.OpClose, f.Name())
	defer f.h.call(f.h.after, vfs.OpClose, f.Name())
	return f.File.Close()
}

// TestSweepBetween lets another sorter sweep between any two operations of one.
func TestSweepBetween(t *testing.T) {
	use := func(d *tempDir) error {
		f, err := d.create()
		if err != nil {
			return errors.Join(err, d.close())
		}
		g, err := d.create()
		if err == nil {
			err = errors.Join(holds(f, "text"), holds(g, "more text"), f.release())
		}
		return errors.Join(err, d.close())
	}
	for n := 0; ; n++ {
		mem := vfs.NewMem(vfs.LikeWindows())
		ops, at := 0, ""
		hook := func(op vfs.Op, name string) {
			if ops++; ops == n+1 {
				at = fmt.Sprint("after ", op, " ", name)
				tempDirOn(mem, ".").sweep()
			}
		}
		if err := use(tempDirOn(&hooked{FS: mem, after: hook}, ".")); err != nil {
			t.Errorf("swept %s: %v", at, err)
		}
		if mem.Open() > 0 || len(mem.Names()) > 0 {
			t.Errorf("swept %s: %d open files and %q are left", at, mem.Open(), mem.Names())
		}
		if at == "" {
			return
		}
	}
}

// TestSweepAgainAndAgain has every directory swept before it has its lock: that is
// an error in the end.
func TestSweepAgainAndAgain(t *testing.T) {
	mem := vfs.NewMem(vfs.LikeWindows())
	d := tempDirOn(&hooked{FS: mem, after: func(op vfs.Op, _ string) {
		if op == vfs.OpMkdir {
			tempDirOn(mem, ".").sweep()
		}
	}}, ".")
	if _, err := d.create(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if err := d.close(); err != nil || len(mem.Names()) > 0 || mem.Open() > 0 {
		t.Errorf("after close: %v, %q, %d open files", err, mem.Names(), mem.Open())
	}
}

// TestCreateBesideOthers has many sorters make, use and remove temporary files at
// the same time.
func TestCreateBesideOthers(t *testing.T) {
	for _, options := range [][]vfs.MemOption{nil, {vfs.LikeWindows()}} {
		mem := vfs.NewMem(options...)
		rounds := 200
		if testing.Short() {
			rounds = 20
		}
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := range rounds {
					d := tempDirOn(mem, ".")
					for k := range 1 + i%3 {
						f, err := d.create()
						if err != nil {
							t.Errorf("goroutine %d, round %d: %v", w, i, err)
							break
						}
						if err := holds(f, fmt.Sprintf("%d %d %d", w, i, k)); err != nil {
							t.Errorf("goroutine %d, round %d: %v", w, i, err)
						}
					}
					if err := d.close(); err != nil {
						t.Errorf("goroutine %d, round %d: close: %v", w, i, err)
					}
				}
			})
		}
		wg.Wait()
		if mem.Open() > 0 || mem.Used() > 0 {
			t.Errorf("%d open files with %d bytes are left", mem.Open(), mem.Used())
		}
		relics{t, mem}.sweep()
	}
}

// TestOneDirectoryForAll makes the files of one sorter from several goroutines.
func TestOneDirectoryForAll(t *testing.T) {
	mem := vfs.NewMem(vfs.LikeWindows())
	d := tempDirOn(mem, ".")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if f, err := d.create(); err != nil {
				t.Error(err)
			} else if err := holds(f, f.name); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if names := mem.Names(); len(names) != 8+2 {
		t.Errorf("%q, want a directory, a lock and 8 files", names)
	}
	if err := d.close(); err != nil || len(mem.Names()) > 0 || mem.Open() > 0 {
		t.Errorf("after close: %v, %q, %d open files", err, mem.Names(), mem.Open())
	}
}

// TestTempNames are short and all different.
func TestTempNames(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		name := tempName()
		if seen[name] || len(name) > 60 || !strings.HasPrefix(name, tempPrefix) {
			t.Fatalf("%q", name)
		}
		seen[name] = true
	}
}
