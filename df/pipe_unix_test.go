//go:build unix

package df_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

func namedPipe(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Skip(err)
	}
	return path
}

func TestLinesOfNamedPipe(t *testing.T) {
	text := dftest.RandomText(1, 1<<20, 60)
	for name, data := range map[string][]byte{"pipe": text, "pipe.gz": gzipped(t, text), "pipe.zst": zstandard(t, text)} {
		path := namedPipe(t, name)
		written := make(chan error)
		go func() { written <- os.WriteFile(path, data, 0) }()
		rows := collect(t, df.Lines(path))
		if err := <-written; err != nil {
			t.Error(err)
		}
		same(t, name, rows, dftest.NaiveLines(text))
	}
}

func TestWriteLinesToNamedPipe(t *testing.T) {
	path := namedPipe(t, "pipe")
	text := dftest.RandomText(1, 1<<20, 60)
	lines := dftest.NaiveLines(text)
	ran := make(chan error)
	go func() { ran <- df.Run(context.Background(), df.WriteLines(df.FromSlice(lines), path)) }()
	got, err := os.ReadFile(path)
	if err := errors.Join(err, <-ran); err != nil {
		t.Fatal(err)
	}
	if want := dftest.Joined(lines); string(got) != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
	same(t, "left in the directory", dftest.FilesIn(t, filepath.Dir(path)), []string{"pipe"})
}

// TestPipeWithoutOtherEnd holds that a run which waits for a pipe's other end,
// or for somebody to read, ends with its context.
func TestPipeWithoutOtherEnd(t *testing.T) {
	in, out := namedPipe(t, "in"), namedPipe(t, "out")
	tests := map[string]df.Output{
		"reading":            df.Lines(in),
		"reading compressed": df.Lines(namedPipe(t, "in.gz")),
		"writing":            df.WriteLines(df.FromSlice([]string{"a"}), out),
	}
	for name, o := range tests {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		if err := df.Run(ctx, o); err != context.DeadlineExceeded {
			t.Errorf("%s: error %v", name, err)
		}
		cancel()
		if err := df.Run(ctx, o); err != context.DeadlineExceeded { // from the start
			t.Errorf("%s again: error %v", name, err)
		}
	}
	r, err := os.OpenFile(out, os.O_RDWR, 0) // never read from
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if err := df.Run(ctx, df.WriteLines(df.FromSlice(dftest.NaiveLines(dftest.RandomText(1, 1<<20, 60))), out)); err != context.DeadlineExceeded {
		t.Errorf("full: error %v", err)
	}
	noneLeft(t)
}
