package dist

import (
	"bytes"
	"context"
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

// fileDepot is a depot that is a file.
func fileDepot(t *testing.T, c spill.Config) (*hub, *depot) {
	t.Helper()
	c.TempDir = t.TempDir()
	h := newHub(0, c)
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	d := h.depot(Peer{ID: 1, Here: true}, nil)
	if d == nil {
		t.Fatal("the file cannot be opened by others")
	}
	return h, d
}

func TestFileIsSharedByTasks(t *testing.T) {
	_, f := fileDepot(t, spill.Config{})
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
			if err := o.Close(); err != nil {
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
		if err := f.file.Read(got, at.off); err != nil || string(got) != want {
			t.Errorf("%q, %v; not %q", got, err, want)
		}
	}
	if len(places) != tasks*blocks {
		t.Errorf("%d blocks", len(places))
	}
}

// TestOtherFilesAreLeftAlone: only a regular file of a driver, with its key, is opened.
func TestOtherFilesAreLeftAlone(t *testing.T) {
	_, f := fileDepot(t, spill.Config{})
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
	for _, m := range []depotMessage{
		{},
		{Path: other, Key: f.message.Key},
		{Path: "/proc/self/fd/0/../../../../" + other, Key: f.message.Key},
		{Path: fd(o), Key: f.message.Key},
		{Path: fd(r), Key: f.message.Key},
		{Path: fd(short), Key: f.message.Key},
		{Path: f.message.Path, Key: nil},
		{Path: f.message.Path, Key: bytes.Repeat([]byte{1}, keyBytes)},
		{Path: "/proc/4194303/fd/0", Key: f.message.Key},
	} {
		if o, err := files.get(m); err == nil {
			t.Errorf("%q is opened", m.Path)
			_ = o.Close()
		}
	}
	if len(files.open) > 0 {
		t.Errorf("%d files are open", len(files.open))
	}
}

// TestBytesWhereFilesCannotBeOpened: a peer that cannot open all files asks for bytes.
func TestBytesWhereFilesCannotBeOpened(t *testing.T) {
	_, f := fileDepot(t, spill.Config{})
	if _, err := f.file.Write([]byte("in the file")); err != nil {
		t.Fatal(err)
	}
	at := place{keyBytes, len("in the file")}
	listed := func(list ...depotMessage) []byte { return appendSized(nil, encoded(list)) }
	for _, c := range []struct {
		places []byte
		want   []string
		err    bool
	}{
		{appendSized(at.append(append(listed(f.message), 0, 0)), []byte("sent")), []string{"in the file", "sent"}, false},
		{at.append(append(listed(f.message, depotMessage{Path: "/proc/4194303/fd/9", Key: f.message.Key}), 0, 0)), []string{"bytes"}, false},
		{at.append(append(listed(f.message), 0, 1)), nil, true},
		{place{1 << 40, 10}.append(append(listed(f.message), 0, 0)), nil, true},
		{place{keyBytes, 1 << 30}.append(append(listed(f.message), 0, 0)), nil, true},
		{place{0, 10}.append(append(listed(f.message), 0, 0)), nil, true},
		{append(listed(f.message), 0, 0), nil, true},
		{appendSized(nil, []byte{1, 200, 1}), nil, true},
		{[]byte{255, 255, 255, 255, 15}, nil, true},
	} {
		in := &rowsFrom{name: "1:0", files: true, links: Links{Driver: func(_ context.Context, h Header) (Stream, error) {
			if h.Name == "1:0" {
				return canned{bytes.NewReader(appendSized(listed(), []byte("bytes"))), io.Discard}, nil
			}
			return canned{bytes.NewReader(c.places), io.Discard}, nil
		}}}
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
	h, f := fileDepot(t, spill.Config{Disk: 1000})
	if h.depot(Peer{ID: 1, Here: true}, nil) != f || h.depot(Peer{ID: 2}, nil) != nil {
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
