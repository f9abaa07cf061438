package dist

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"anabranch.dev/exec"
	"anabranch.dev/spill"
)

func driverFileFor(t *testing.T, c spill.Config) *driverFile {
	t.Helper()
	c.TempDir = t.TempDir()
	f, err := newDriverFile(c, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	if f.message.Path == "" {
		t.Fatal("the file cannot be opened by others")
	}
	return f
}

func TestFileIsSharedByTasks(t *testing.T) {
	f := driverFileFor(t, spill.Config{})
	const tasks, blocks = 5, 100
	var mu sync.Mutex
	places := map[string]place{}
	var all sync.WaitGroup
	for i := range tasks {
		all.Go(func() {
			o, err := files.get(f.message)
			if err != nil {
				t.Error(err)
				return
			}
			for j := range blocks {
				b := fmt.Sprintf("task %d, block %d%s", i, j, strings.Repeat(".", i*j))
				off, err := o.append([]byte(b))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				places[b] = place{off, len(b)}
				mu.Unlock()
			}
			if err := files.put(o); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(files.open) > 0 {
		t.Errorf("%d files are open", len(files.open))
	}
	for want, at := range places {
		got := make([]byte, at.size)
		if err := f.Read(got, at.off); err != nil || string(got) != want {
			t.Errorf("%q, %v; not %q", got, err, want)
		}
	}
	if len(places) != tasks*blocks {
		t.Errorf("%d blocks", len(places))
	}
}

// TestOtherFilesAreLeftAlone: only a regular file of a driver, with its key, is opened.
func TestOtherFilesAreLeftAlone(t *testing.T) {
	f := driverFileFor(t, spill.Config{})
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, bytes.Repeat([]byte("x"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := os.Open(other)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	short, err := os.Create(filepath.Join(t.TempDir(), "short"))
	if err != nil {
		t.Fatal(err)
	}
	defer short.Close()
	fd := func(f *os.File) string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.Fd()) }
	for _, m := range []fileMessage{
		{},
		{other, f.message.Key},
		{"/proc/self/fd/0/../../../../" + other, f.message.Key},
		{fd(o), f.message.Key},
		{fd(r), f.message.Key},
		{fd(short), f.message.Key},
		{f.message.Path, nil},
		{f.message.Path, bytes.Repeat([]byte{1}, keyBytes)},
		{"/proc/4194303/fd/0", f.message.Key},
	} {
		if o, err := files.get(m); err == nil {
			t.Errorf("%q is opened", m.Path)
			_ = files.put(o)
		}
	}
	if len(files.open) > 0 {
		t.Errorf("%d files are open", len(files.open))
	}
}

// TestBytesWhereFilesCannotBeOpened: a peer that cannot open all files asks for bytes.
func TestBytesWhereFilesCannotBeOpened(t *testing.T) {
	f := driverFileFor(t, spill.Config{})
	if _, err := f.Write([]byte("in the file")); err != nil {
		t.Fatal(err)
	}
	at := place{keyBytes, len("in the file")}
	listed := func(list ...fileMessage) []byte {
		b := []byte{byte(len(list))}
		for _, m := range list {
			b = appendSized(appendSized(b, []byte(m.Path)), m.Key)
		}
		return b
	}
	for _, c := range []struct {
		places []byte
		want   []string
		err    bool
	}{
		{appendSized(at.append(append(listed(f.message), 0, 0)), []byte("sent")), []string{"in the file", "sent"}, false},
		{at.append(append(listed(f.message, fileMessage{"/proc/4194303/fd/9", f.message.Key}), 0, 0)), []string{"bytes"}, false},
		{at.append(append(listed(f.message), 0, 1)), nil, true},
		{place{1 << 40, 10}.append(append(listed(f.message), 0, 0)), nil, true},
		{place{0, 10}.append(append(listed(f.message), 0, 0)), nil, true},
		{append(listed(f.message), 0, 0), nil, true},
		{[]byte{1, 200, 1}, nil, true},
		{[]byte{255, 255, 255, 255, 15}, nil, true},
	} {
		in := &rowsFrom{name: "1:0", places: true, open: func(name string) (Stream, error) {
			if name == "1:0" {
				return canned{bytes.NewReader(appendSized(nil, []byte("bytes"))), io.Discard}, nil
			}
			return canned{bytes.NewReader(c.places), io.Discard}, nil
		}}
		var got []string
		var err error
		for err == nil {
			var b []byte
			if b, err = in.Next(t.Context()); err == nil {
				got = append(got, string(b))
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) || (err != io.EOF) != c.err {
			t.Errorf("%q: %q, %v", c.places, got, err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(files.open) > 0 {
		t.Errorf("%d files are open", len(files.open))
	}
}

// TestDiskOfFiles: what peers put into files counts as the driver's.
func TestDiskOfFiles(t *testing.T) {
	h := newHub(0, spill.Config{TempDir: t.TempDir(), Disk: 1000})
	defer func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	}()
	f := h.file(Peer{ID: 1, Here: true})
	if f == nil || h.file(Peer{ID: 1, Here: true}) != f || h.file(Peer{ID: 2}) != nil {
		t.Fatal("not one file for each peer of this machine")
	}
	r := h.receipt()
	if err := r.addIn(f, place{keyBytes, 500}, 1, exec.Parcel{}); err != nil {
		t.Error(err)
	}
	if err := r.add(1, exec.Parcel{Block: make([]byte, 400)}); err != nil {
		t.Error(err)
	}
	if err := r.addIn(f, place{keyBytes + 500, 100}, 1, exec.Parcel{}); !errors.Is(err, spill.ErrDiskFull) {
		t.Errorf("%v", err)
	}
}

func FuzzPlaces(f *testing.F) {
	f.Add([]byte{0})
	f.Add(append([]byte{1, 18}, "/proc/4194303/fd/9\x20"+strings.Repeat("k", keyBytes)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, len(b), func() {
			in := bufio.NewReader(bytes.NewReader(b))
			if _, err := readFiles(in); err != nil {
				return
			}
			for {
				if p, err := readPlace(in); err != nil {
					return
				} else if p.off < keyBytes || p.size < 1 || p.size > maxParcel {
					t.Errorf("%+v", p)
				}
			}
		})
	})
}
