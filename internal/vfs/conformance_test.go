package vfs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// bed is an empty directory of a file system, for a test.
type bed struct {
	*testing.T
	FS
	dir string
}

// everywhere runs a test on every file system.
func everywhere(t *testing.T, test func(b bed)) {
	mem := func(options ...MemOption) func(*testing.T) bed {
		return func(t *testing.T) bed {
			m := NewMem(options...)
			if err := m.Mkdir("dir", 0o700); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if m.Open() > 0 {
					t.Errorf("%d open handles left", m.Open())
				}
				checkUsed(t, m)
			})
			return bed{t, m, "dir"}
		}
	}
	system := func(t *testing.T) bed { return bed{t, OS, t.TempDir()} }
	faulty := func(below func(*testing.T) bed) func(*testing.T) bed {
		return func(t *testing.T) bed {
			b := below(t)
			b.FS = NewFaulty(b.FS)
			return b
		}
	}
	for _, system := range []struct {
		name string
		bed  func(*testing.T) bed
	}{
		{"os", system},
		{"mem", mem()},
		{"mem like windows", mem(LikeWindows())},
		{"mem with a limit", mem(Capacity(1 << 30))},
		{"faulty os", faulty(system)},
		{"faulty mem", faulty(mem())},
	} {
		t.Run(system.name, func(t *testing.T) { test(system.bed(t)) })
	}
}

// checkUsed compares the count of bytes with the files, when none is open.
func checkUsed(t *testing.T, m *Mem) {
	t.Helper()
	var sum int64
	for _, data := range m.Files() {
		sum += int64(len(data))
	}
	if m.Used() != sum {
		t.Errorf("used %d bytes, the files have %d", m.Used(), sum)
	}
}

func (b bed) path(name string) string { return filepath.Join(b.dir, filepath.FromSlash(name)) }

func (b bed) open(name string, flag int) File {
	b.Helper()
	f, err := b.OpenFile(b.path(name), flag, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	return f
}

func (b bed) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b bed) write(name, text string) {
	b.Helper()
	f := b.open(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	n, err := f.Write([]byte(text))
	if n != len(text) || err != nil {
		b.Fatalf("write: %d, %v", n, err)
	}
	b.must(f.Close())
}

func (b bed) read(name string) string {
	b.Helper()
	f := b.open(name, os.O_RDONLY)
	text, err := io.ReadAll(f)
	b.must(err)
	b.must(f.Close())
	return string(text)
}

func (b bed) has(name, text string) {
	b.Helper()
	if got := b.read(name); got != text {
		b.Errorf("%s holds %q, want %q", name, got, text)
	}
}

func (b bed) lists(dir string, want ...string) {
	b.Helper()
	entries, err := b.ReadDir(b.path(dir))
	b.must(err)
	var got []string
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		got = append(got, name)
	}
	if !slices.Equal(got, want) {
		b.Errorf("%q has %q, want %q", dir, got, want)
	}
}

// fails wants an error for which errors.Is holds for one of the targets, of the type that package os makes.
func (b bed) fails(err error, targets ...error) {
	b.Helper()
	var path *fs.PathError
	var link *os.LinkError
	if !errors.As(err, &path) && !errors.As(err, &link) {
		b.Errorf("error %v of type %T", err, err)
	}
	if !slices.ContainsFunc(targets, func(t error) bool { return errors.Is(err, t) }) {
		b.Errorf("error %v, want one of %v", err, targets)
	}
}

func TestOpenFile(t *testing.T) {
	const missing, file, dir = "missing", "file", "sub"
	tests := []struct {
		name string
		flag int
		want error // nil: it opens
	}{
		{missing, os.O_RDONLY, fs.ErrNotExist},
		{missing, os.O_RDWR | os.O_TRUNC, fs.ErrNotExist},
		{missing, os.O_RDWR | os.O_CREATE, nil},
		{missing, os.O_WRONLY | os.O_CREATE | os.O_EXCL, nil},
		{"missing/x", os.O_RDWR | os.O_CREATE, fs.ErrNotExist},
		{"missing/x/y", os.O_RDWR | os.O_CREATE, fs.ErrNotExist},
		{file, os.O_RDONLY, nil},
		{file, os.O_RDWR | os.O_CREATE, nil},
		{file, os.O_RDWR | os.O_CREATE | os.O_EXCL, fs.ErrExist},
		{dir, os.O_RDONLY, nil},
		{dir, os.O_RDWR | os.O_CREATE | os.O_EXCL, fs.ErrExist},
		{dir + "/x", os.O_RDWR | os.O_CREATE, nil},
	}
	everywhere(t, func(b bed) {
		for _, test := range tests {
			b.write(file, "text")
			b.must(b.Mkdir(b.path(dir), 0o700))
			f, err := b.OpenFile(b.path(test.name), test.flag, 0o600)
			if test.want != nil {
				b.fails(err, test.want)
				if f != nil {
					b.Errorf("%s, flag %#x: a file beside the error %v", test.name, test.flag, err)
				}
			} else if err != nil {
				b.Errorf("%s, flag %#x: %v", test.name, test.flag, err)
			} else {
				if f.Name() != b.path(test.name) {
					b.Errorf("the name of %s is %s", b.path(test.name), f.Name())
				}
				b.must(f.Close())
			}
			b.has(file, "text")
			for _, name := range []string{file, missing, dir + "/x", dir} {
				_ = b.Remove(b.path(name))
			}
			b.lists("")
		}
		for _, name := range []string{file + "/x", file + "/x/y", ""} {
			b.write(file, "text")
			path := name
			if path != "" {
				path = b.path(path)
			}
			if _, err := b.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err == nil {
				b.Errorf("%q can be opened", name)
			}
		}
		if _, err := b.OpenFile(b.dir, os.O_RDWR, 0o600); err == nil {
			b.Error("a directory can be opened for writing")
		}
	})
}

func TestReadAndWrite(t *testing.T) {
	everywhere(t, func(b bed) {
		f := b.open("x", os.O_RDWR|os.O_CREATE|os.O_EXCL)
		steps := []struct {
			op   string
			text string // what to write, or what is read
			off  int64
			size int // to read
			err  error
		}{
			{op: "read", size: 4, err: io.EOF},
			{op: "read", size: 0},
			{op: "readat", size: 4, err: io.EOF},
			{op: "readat", size: 0},
			{op: "write", text: "hello, "},
			{op: "write", text: ""},
			{op: "write", text: "world"},
			{op: "read", size: 4, err: io.EOF},
			{op: "readat", size: 5, text: "hello"},
			{op: "readat", size: 9, off: 7, text: "world", err: io.EOF},
			{op: "readat", size: 5, off: 7, text: "world"},
			{op: "readat", size: 5, off: 1 << 40, err: io.EOF},
			{op: "writeat", text: "W", off: 7},
			{op: "writeat", text: "!", off: 14},
			{op: "writeat", text: "", off: 99},
			{op: "write", text: "..."}, // where the last write without a position ended
			{op: "readat", size: 99, text: "hello, World...", err: io.EOF},
			{op: "writeat", text: "?", off: 17},
			{op: "read", size: 2, text: "\x00\x00"},
			{op: "read", size: 2, text: "?"},
			{op: "read", size: 2, err: io.EOF},
		}
		for i, s := range steps {
			buf := make([]byte, s.size)
			var n int
			var err error
			switch s.op {
			case "read":
				n, err = f.Read(buf)
			case "readat":
				n, err = f.ReadAt(buf, s.off)
			case "write":
				n, err = f.Write([]byte(s.text))
			case "writeat":
				n, err = f.WriteAt([]byte(s.text), s.off)
			}
			if n != len(s.text) || err != s.err {
				b.Errorf("step %d, %+v: %d, %v", i, s, n, err)
			}
			if strings.HasPrefix(s.op, "read") && string(buf[:n]) != s.text {
				b.Errorf("step %d, %+v: %q", i, s, buf[:n])
			}
		}
		if _, err := f.ReadAt(make([]byte, 1), -1); err == nil || err == io.EOF {
			b.Error("read at -1:", err)
		}
		if _, err := f.WriteAt(make([]byte, 1), -1); err == nil {
			b.Error("written at -1")
		}
		info, err := f.Stat()
		b.must(err)
		if info.Name() != "x" || info.Size() != 18 || info.IsDir() || info.ModTime().IsZero() {
			b.Errorf("%s has %d bytes, directory %v, time %v", info.Name(), info.Size(), info.IsDir(), info.ModTime())
		}
		b.must(f.Sync())
		f.Prefetch(0, 100)
		f.Flush(0, 18)
		b.must(f.Close())
		b.has("x", "hello, World...\x00\x00?")
	})
}

func TestWaysToOpen(t *testing.T) {
	everywhere(t, func(b bed) {
		b.write("x", "abc")
		f := b.open("x", os.O_RDONLY)
		if n, err := f.Write([]byte("d")); n != 0 || err == nil {
			b.Errorf("write to a file open for reading: %d, %v", n, err)
		}
		if n, err := f.WriteAt([]byte("d"), 0); n != 0 || err == nil {
			b.Errorf("write to a file open for reading: %d, %v", n, err)
		}
		b.must(f.Close())

		f = b.open("x", os.O_WRONLY)
		if n, err := f.Read(make([]byte, 1)); n != 0 || err == nil || err == io.EOF {
			b.Errorf("read from a file open for writing: %d, %v", n, err)
		}
		if n, err := f.ReadAt(make([]byte, 1), 0); n != 0 || err == nil || err == io.EOF {
			b.Errorf("read from a file open for writing: %d, %v", n, err)
		}
		b.must(f.Close())

		f = b.open("x", os.O_WRONLY|os.O_APPEND)
		_, err := f.Write([]byte("de"))
		b.must(err)
		b.write("x", "much longer")
		_, err = f.Write([]byte("f"))
		b.must(err)
		if _, err := f.WriteAt([]byte("g"), 0); err == nil {
			b.Error("WriteAt to a file that is appended to")
		}
		b.must(f.Close())
		b.has("x", "much longerf")

		b.must(b.open("x", os.O_RDWR|os.O_CREATE|os.O_TRUNC).Close())
		b.has("x", "")

		f = b.open(".", os.O_RDONLY)
		if _, err := f.Read(make([]byte, 1)); err == nil || err == io.EOF {
			b.Error("reading a directory:", err)
		}
		b.must(f.Close())
	})
}

func TestClosed(t *testing.T) {
	everywhere(t, func(b bed) {
		f := b.open("x", os.O_RDWR|os.O_CREATE)
		b.must(f.Close())
		_, read := f.Read(make([]byte, 1))
		_, readAt := f.ReadAt(make([]byte, 1), 0)
		_, write := f.Write(make([]byte, 1))
		_, writeAt := f.WriteAt(make([]byte, 1), 0)
		_, stat := f.Stat()
		for i, err := range []error{read, readAt, write, writeAt, f.Sync(), f.Chmod(0o600), f.Close()} {
			if !errors.Is(err, fs.ErrClosed) {
				b.Errorf("call %d: %v", i, err)
			}
		}
		if stat == nil {
			b.Error("a closed file has a Stat")
		}
		f.Prefetch(0, 1)
		f.Flush(0, 1)
	})
}

func TestRemove(t *testing.T) {
	everywhere(t, func(b bed) {
		b.must(b.Mkdir(b.path("d"), 0o700))
		b.write("d/x", "1")
		if err := b.Remove(b.path("d")); err == nil {
			b.Error("a directory that is not empty can be removed")
		}
		b.fails(b.Remove(b.path("y")), fs.ErrNotExist)
		b.fails(b.Remove(b.path("e/y")), fs.ErrNotExist)
		b.must(b.Remove(b.path("d/x")))
		b.fails(b.Remove(b.path("d/x")), fs.ErrNotExist)
		b.must(b.Remove(b.path("d")))
		b.lists("")
	})
}

func TestRename(t *testing.T) {
	notDir := []error{syscall.ENOTDIR, fs.ErrExist, fs.ErrPermission}
	tests := []struct {
		from, to string
		want     []error
		entries  []string
	}{
		{"x", "z", nil, []string{"d/", "e/", "y", "z"}},
		{"x", "x", nil, []string{"d/", "e/", "x", "y"}},
		{"x", "y", nil, []string{"d/", "e/", "y"}},
		{"x", "d/x", nil, []string{"d/", "e/", "y"}},
		{"d", "f", nil, []string{"e/", "f/", "x", "y"}},
		{"d", "e/d", nil, []string{"e/", "x", "y"}},
		{"z", "y", []error{fs.ErrNotExist}, nil},
		{"z", "z", []error{fs.ErrNotExist}, nil},
		{"f/z", "y", []error{fs.ErrNotExist}, nil},
		{"x", "f/x", []error{fs.ErrNotExist}, nil},
		{"x", "d", []error{fs.ErrExist, fs.ErrPermission}, nil},
		{"d", "e", []error{fs.ErrExist, fs.ErrPermission}, nil},
		{"d", "d", []error{fs.ErrExist, fs.ErrPermission}, nil},
		{"d", "x", notDir, nil},
	}
	everywhere(t, func(b bed) {
		for _, test := range tests {
			if runtime.GOOS == "windows" && (test.from == "d" && test.to != "f") {
				continue // not all of these fail there
			}
			b := bed{b.T, b.FS, b.path("run")}
			b.must(b.Mkdir(b.dir, 0o700))
			b.must(b.Mkdir(b.path("d"), 0o700))
			b.must(b.Mkdir(b.path("e"), 0o700))
			b.write("x", "from x")
			b.write("y", "from y")
			err := b.Rename(b.path(test.from), b.path(test.to))
			if test.want == nil {
				b.must(err)
				b.lists("", test.entries...)
				if test.from == "x" {
					b.has(test.to, "from x")
				}
			} else {
				b.fails(err, test.want...)
				b.lists("", "d/", "e/", "x", "y")
				b.has("x", "from x")
			}
			for _, name := range []string{"d/x", "d", "e/d", "e", "f", "x", "y", "z", ""} {
				_ = b.Remove(b.path(name))
			}
		}
		if err := b.Mkdir(b.path("d"), 0o700); err != nil {
			b.Fatal(err)
		}
		if err := b.Rename(b.path("d"), b.path("d/inside")); err == nil {
			b.Error("a directory can be moved into itself")
		}
	})
}

func TestDirectories(t *testing.T) {
	everywhere(t, func(b bed) {
		b.lists("")
		b.must(b.Mkdir(b.path("b"), 0o700))
		b.fails(b.Mkdir(b.path("b"), 0o700), fs.ErrExist)
		b.fails(b.Mkdir(b.path("c/d"), 0o700), fs.ErrNotExist)
		b.write("a", "12345")
		b.write("c", "")
		b.write("b/x", "")
		b.must(b.Mkdir(b.path("b/y"), 0o700))
		b.fails(b.Mkdir(b.path("a"), 0o700), fs.ErrExist)
		b.lists("", "a", "b/", "c")
		b.lists("b", "x", "y/")
		b.lists("b/y")
		_, err := b.ReadDir(b.path("d"))
		b.fails(err, fs.ErrNotExist)
		if _, err := b.ReadDir(b.path("a")); err == nil {
			b.Error("a file can be listed")
		}
		entries, err := b.ReadDir(b.dir)
		b.must(err)
		info, err := entries[0].Info()
		b.must(err)
		if info.Size() != 5 {
			b.Errorf("the entry of a file of 5 bytes says %d", info.Size())
		}
		b.must(b.SyncDir(b.dir))
		b.must(b.SyncDir(b.path("missing")))
	})
}

func TestStat(t *testing.T) {
	everywhere(t, func(b bed) {
		b.must(b.Mkdir(b.path("d"), 0o700))
		b.write("d/x", "12345")
		_, err := b.Stat(b.path("d/y"))
		b.fails(err, fs.ErrNotExist)
		dir, err := b.Stat(b.path("d"))
		b.must(err)
		if !dir.IsDir() || dir.Name() != "d" {
			b.Errorf("%s: directory %v", dir.Name(), dir.IsDir())
		}
		f := b.open("d/x", os.O_RDWR)
		b.must(f.Chmod(0o444))
		info, err := b.Stat(b.path("d/x"))
		b.must(err)
		if info.IsDir() || info.Name() != "x" || info.Size() != 5 || info.Mode() != 0o444 {
			b.Errorf("%s: directory %v, %d bytes, mode %v", info.Name(), info.IsDir(), info.Size(), info.Mode())
		}
		b.must(f.Chmod(0o666))
		b.must(f.Close())
		if info.Mode() != 0o444 {
			b.Error("a FileInfo has changed")
		}
	})
}

// TestUnlinkOpen removes, renames and replaces files that are open, where that is possible.
func TestUnlinkOpen(t *testing.T) {
	everywhere(t, func(b bed) {
		f := b.open("x", os.O_RDWR|os.O_CREATE)
		_, err := f.Write([]byte("old"))
		b.must(err)
		if !b.UnlinksOpen() {
			b.write("y", "new")
			for _, err := range []error{
				b.Remove(b.path("x")),
				b.Rename(b.path("x"), b.path("z")),
				b.Rename(b.path("y"), b.path("x")),
			} {
				b.fails(err, syscall.EBUSY, fs.ErrPermission, syscall.Errno(32)) // ERROR_SHARING_VIOLATION
			}
			b.must(f.Close())
			b.must(b.Remove(b.path("x")))
			b.lists("", "y")
			return
		}
		b.must(b.Rename(b.path("x"), b.path("y")))
		b.write("x", "new")
		b.must(b.Rename(b.path("x"), b.path("y"))) // replaces the open file
		b.has("y", "new")
		b.must(b.Remove(b.path("y")))
		b.lists("")
		_, err = f.Write([]byte(" text"))
		b.must(err)
		info, err := f.Stat()
		b.must(err)
		buf := make([]byte, 8)
		_, err = f.ReadAt(buf, 0)
		b.must(err)
		if string(buf) != "old text" || info.Size() != 8 || info.Name() != "x" {
			b.Errorf("%s, %d bytes: %q", info.Name(), info.Size(), buf)
		}
		b.must(f.Sync())
		b.must(f.Close())
		b.lists("")
	})
}

// TestConcurrentUse has many goroutines write their parts of one file, and files of their own.
func TestConcurrentUse(t *testing.T) {
	everywhere(t, func(b bed) {
		const workers, rounds, size = 8, 20, 100
		shared := b.open("shared", os.O_RDWR|os.O_CREATE)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				own := bytes.Repeat([]byte{byte('a' + w)}, size)
				buf := make([]byte, size)
				name := b.path(string(own[:1]))
				for i := range int64(rounds) {
					at := (i*workers + int64(w)) * size
					_, err1 := shared.WriteAt(own, at)
					shared.Flush(at, size)
					shared.Prefetch(at, size)
					_, err2 := shared.ReadAt(buf, at)
					if err1 != nil || err2 != nil || !bytes.Equal(buf, own) {
						b.Errorf("worker %d, round %d: %v, %v, %q", w, i, err1, err2, buf)
						return
					}
					f, err := b.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
					if err != nil {
						b.Error(err)
						return
					}
					_, err3 := f.Write(own)
					_, err4 := b.ReadDir(b.dir)
					err5 := f.Close()
					err6 := b.Rename(name, name+"2")
					if err := errors.Join(err3, err4, err5, err6, b.Remove(name+"2")); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		b.must(shared.Close())
		if got := len(b.read("shared")); got != workers*rounds*size {
			b.Errorf("%d bytes, want %d", got, workers*rounds*size)
		}
		b.lists("", "shared")
	})
}
