package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestMemCapacity(t *testing.T) {
	tests := []struct {
		name   string
		before string // in the file
		off    int64
		write  string
		n      int
		after  string
	}{
		{"fits", "", 0, "12345678", 8, "12345678"},
		{"one too many", "", 0, "123456789", 8, "12345678"},
		{"far too many", "123", 3, "456789012345", 5, "12345678"},
		{"full", "12345678", 8, "9", 0, "12345678"},
		{"nothing into a full one", "12345678", 8, "", 0, "12345678"},
		{"inside a full one", "12345678", 2, "ab", 2, "12ab5678"},
		{"over the end", "12345678", 7, "ab", 1, "1234567a"},
		{"gap", "12", 4, "56789", 4, "12\x00\x005678"},
		{"gap to the end", "12", 8, "9", 0, "12"},
		{"gap too large", "12", 9, "0", 0, "12"},
		{"nothing too far away", "12", 99, "", 0, "12"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := NewMem(Capacity(8))
			b := bed{t, m, "."}
			b.write("x", test.before)
			f := b.open("x", os.O_RDWR)
			n, err := f.WriteAt([]byte(test.write), test.off)
			if n != test.n || errors.Is(err, syscall.ENOSPC) != (n < len(test.write)) {
				t.Errorf("%d bytes, error %v", n, err)
			}
			if err != nil && err.Error() != "write x: "+syscall.ENOSPC.Error() {
				t.Error(err)
			}
			b.must(f.Close())
			b.has("x", test.after)
			checkUsed(t, m)
		})
	}
}

func TestMemFreesSpace(t *testing.T) {
	m := NewMem(Capacity(8))
	b := bed{t, m, "/"}
	used := func(want int64) {
		t.Helper()
		if m.Used() != want {
			t.Errorf("used %d bytes, want %d", m.Used(), want)
		}
	}
	b.write("x", "12345678")
	used(8)
	b.write("x", "123")
	used(3)
	f := b.open("x", os.O_RDWR)
	g := b.open("x", os.O_RDWR)
	b.must(b.Remove("x"))
	used(3)
	_, err := f.WriteAt([]byte("45"), 3)
	b.must(err)
	used(5)
	b.must(f.Close())
	used(5)
	b.must(g.Close())
	used(0)
	b.write("x", "12345")
	b.write("y", "123")
	f = b.open("y", os.O_RDONLY)
	b.must(b.Rename("x", "y"))
	used(8)
	b.must(f.Close())
	used(5)
	f = b.open("y", os.O_RDWR|os.O_TRUNC)
	used(0)
	if _, err := f.WriteAt([]byte("12345"), math.MaxInt64-2); !errors.Is(err, syscall.EFBIG) {
		t.Error(err)
	}
	if m.Open() != 1 {
		t.Errorf("%d open handles", m.Open())
	}
	b.must(f.Close())
	if m.Open() != 0 {
		t.Errorf("%d open handles", m.Open())
	}
}

func TestMemLikeWindows(t *testing.T) {
	b := bed{t, NewMem(LikeWindows()), "."}
	b.must(b.Mkdir("d", 0o700))
	b.must(b.Mkdir("d/e", 0o700))
	b.write("y", "")
	f := b.open("d/e/x", os.O_RDWR|os.O_CREATE)
	g := b.open("d/e/x", os.O_RDONLY)
	busy := func() {
		t.Helper()
		for _, err := range []error{
			b.Rename("y", "d/e/x"),
			b.Rename("d/e/x", "z"),
			b.Rename("d", "z"),
			b.Remove("d/e/x"),
		} {
			b.fails(err, syscall.EBUSY)
		}
	}
	busy()
	b.must(f.Close())
	busy()
	b.must(g.Close())
	b.must(b.Rename("y", "d/e/x"))
	b.must(b.Rename("d", "z"))
	b.must(b.Remove("z/e/x"))
	b.lists(".", "z/")
	b.lists("z", "e/")
}

// TestMemNames holds that a file has the same name however its path is written.
func TestMemNames(t *testing.T) {
	m := NewMem()
	b := bed{t, m, ""}
	for _, dir := range []string{"b", "/b/c", "b/c/../d"} {
		b.must(m.Mkdir(dir, 0o700))
	}
	y := filepath.Join(string(filepath.Separator), "b", "y")
	for _, name := range []string{"a", "./b/x", "/b/../b/c/x", y, "b/c/../../../../z"} {
		b.write(name, name)
		b.has(name, name)
	}
	if got, want := m.Names(), []string{"a", "b/", "b/c/", "b/c/x", "b/d/", "b/x", "b/y", "z"}; !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	files := m.Files()
	if got, want := slices.Sorted(maps.Keys(files)), []string{"a", "b/c/x", "b/x", "b/y", "z"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	files["a"][0] = 'x'
	b.has("a", "a")
	for _, root := range []string{".", "/", "b/.."} {
		info, err := m.Stat(root)
		b.must(err)
		if !info.IsDir() {
			t.Errorf("%q is no directory", root)
		}
		b.fails(m.Mkdir(root, 0o700), fs.ErrExist)
		b.fails(m.Remove(root), syscall.EBUSY)
		b.fails(m.Rename(root, "new"), syscall.EINVAL)
		b.fails(m.Rename("a", root), fs.ErrExist)
	}
	b.fails(m.Remove(""), fs.ErrNotExist)
}

func TestMemErrors(t *testing.T) {
	m := NewMem()
	f, err := m.OpenFile("x", os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, read := f.Read(make([]byte, 1))
	_, dir := m.OpenFile(".", os.O_WRONLY, 0)
	_, list := m.ReadDir("x")
	for _, test := range []struct {
		err  error
		want string
	}{
		{read, "read x: " + syscall.EBADF.Error()},
		{dir, "open .: " + syscall.EISDIR.Error()},
		{list, "readdir x: " + syscall.ENOTDIR.Error()},
		{m.Rename("y", "z"), "rename y z: " + syscall.ENOENT.Error()},
		{f.Close(), "<nil>"},
		{f.Sync(), "sync x: file already closed"},
	} {
		if got := fmt.Sprint(test.err); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestOptionsPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a negative capacity is taken")
		}
	}()
	Capacity(-1)
}

// TestMemIsLikeOS does the same random operations in memory and on the system, and compares what each returns.
func TestMemIsLikeOS(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("where several errors fit, each system has its own choice")
	}
	seed := rand.Uint64()
	rounds := 50
	if testing.Short() {
		rounds = 10
	}
	for round := range rounds {
		name := fmt.Sprintf("seed %d, round %d", seed, round)
		rng := rand.New(rand.NewPCG(seed, uint64(round)))
		m := NewMem()
		if err := m.Mkdir("top", 0o700); err != nil {
			t.Fatal(err)
		}
		pair := &twins{rng: rng, fs: [2]FS{OS, m}, dir: [2]string{t.TempDir(), "top"}}
		for range 300 {
			what, got := pair.step()
			if got[0] != got[1] {
				t.Fatalf("%s: %s\nos:  %s\nmem: %s\nbefore:\n%s", name, what, got[0], got[1], strings.Join(pair.done, "\n"))
			}
			pair.done = append(pair.done, what+": "+got[0])
		}
		for _, f := range pair.files {
			_, _ = f[0].Close(), f[1].Close()
		}
		if m.Open() != 0 {
			t.Fatalf("%s: %d open handles", name, m.Open())
		}
		checkUsed(t, m)
	}
}

// twins are two file systems to which the same is done.
type twins struct {
	rng   *rand.Rand
	fs    [2]FS
	dir   [2]string
	files [][2]File
	done  []string
}

// step does one operation, and returns what it was and what came of it on either side.
func (p *twins) step() (what string, got [2]string) {
	both := func(do func(fsys FS, at func(string) string) string) {
		for i := range got {
			got[i] = do(p.fs[i], func(name string) string { return filepath.Join(p.dir[i], name) })
		}
	}
	name := func() string {
		all := []string{"a", "b", "d", "e", "d/a", "d/b", "d/e", "e/a", "e/d", "d/e/a"}
		return all[p.rng.IntN(len(all))]
	}
	x, y := name(), name()
	switch p.rng.IntN(9) {
	case 0:
		both(func(fsys FS, at func(string) string) string { return class(fsys.Remove(at(x))) })
		return "remove " + x, got
	case 1, 2:
		both(func(fsys FS, at func(string) string) string { return class(fsys.Rename(at(x), at(y))) })
		return "rename " + x + " " + y, got
	case 3:
		both(func(fsys FS, at func(string) string) string { return class(fsys.Mkdir(at(x), 0o700)) })
		return "mkdir " + x, got
	case 4:
		both(func(fsys FS, at func(string) string) string {
			list, err := fsys.ReadDir(at(x))
			return fmt.Sprint(list) + class(err)
		})
		return "readdir " + x, got
	case 5:
		both(func(fsys FS, at func(string) string) string {
			info, err := fsys.Stat(at(x))
			return describe(info, err)
		})
		return "stat " + x, got
	case 6, 7:
		flags := []int{os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_CREATE, os.O_EXCL, os.O_TRUNC, os.O_APPEND}
		flag := flags[p.rng.IntN(3)]
		for _, f := range flags[3:] {
			if p.rng.IntN(2) == 0 && (f != os.O_TRUNC || flag != os.O_RDONLY) && (f != os.O_EXCL || flag&os.O_CREATE != 0) {
				flag |= f
			}
		}
		var pair []File
		both(func(fsys FS, at func(string) string) string {
			f, err := fsys.OpenFile(at(x), flag, 0o600)
			if err == nil {
				pair = append(pair, f)
			}
			return class(err)
		})
		if len(pair) == 2 {
			p.files = append(p.files, [2]File(pair))
		}
		return fmt.Sprintf("open %s, flag %#x", x, flag), got
	}
	return p.file()
}

// file does an operation on one of the open files.
func (p *twins) file() (what string, got [2]string) {
	if len(p.files) == 0 {
		return "no file", got
	}
	i := p.rng.IntN(len(p.files))
	pair := p.files[i]
	both := func(do func(File) string) {
		for i, f := range pair {
			got[i] = do(f)
		}
	}
	off, size := p.rng.Int64N(20), 1+p.rng.IntN(10) // package os treats no bytes in many ways
	data := []byte(strings.Repeat(string(rune('a'+p.rng.IntN(26))), size))
	buf := make([]byte, size)
	what = fmt.Sprintf("file %d: ", i)
	switch p.rng.IntN(7) {
	case 0:
		both(func(f File) string { n, err := f.Read(buf); return fmt.Sprintf("%q ", buf[:n]) + class(err) })
		return what + fmt.Sprint("read ", size), got
	case 1:
		both(func(f File) string { n, err := f.ReadAt(buf, off); return fmt.Sprintf("%q ", buf[:n]) + class(err) })
		return what + fmt.Sprint("readat ", size, off), got
	case 2:
		both(func(f File) string { n, err := f.Write(data); return fmt.Sprint(n, " ") + class(err) })
		return what + fmt.Sprint("write ", size), got
	case 3:
		both(func(f File) string { n, err := f.WriteAt(data, off); return fmt.Sprint(n, " ") + class(err) })
		return what + fmt.Sprint("writeat ", size, off), got
	case 4:
		both(func(f File) string { return describe(f.Stat()) })
		return what + "stat", got
	case 5:
		both(func(f File) string { return class(f.Chmod(0o700 | fs.FileMode(off))) })
		return what + "chmod", got
	default:
		both(func(f File) string { return class(f.Close()) })
		p.files = slices.Delete(p.files, i, i+1)
		return what + "close", got
	}
}

// class is what an error has in common on all systems.
func class(err error) string {
	var errno syscall.Errno
	switch {
	case err == nil, err == io.EOF:
		return fmt.Sprint(err)
	case errors.As(err, &errno):
		return fmt.Sprintf("%s (%T)", errno, err)
	default:
		return "error"
	}
}

func describe(info fs.FileInfo, err error) string {
	if err != nil {
		return class(err)
	}
	size := info.Size()
	if info.IsDir() {
		size = 0
	}
	return fmt.Sprint(info.Name(), info.Mode(), size)
}
