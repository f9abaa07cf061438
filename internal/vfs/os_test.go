package vfs

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// TestHints gives hints that make sense and hints that do not: none may change anything or panic.
func TestHints(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x")
	f, err := OS.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	data := bytes.Repeat([]byte("text"), 100_000)
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	hints := func() {
		for _, r := range []struct{ off, n int64 }{
			{0, 400_000}, {0, 1}, {5, 300_000}, {0, 0}, {-1, 5}, {5, -1}, {1 << 40, 1 << 20}, {math.MaxInt64 - 1, math.MaxInt64},
		} {
			f.Flush(r.off, r.n)
			f.Prefetch(r.off, r.n)
		}
	}
	hints()
	got, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	hints()
}

// BenchmarkHints measures what the hints for a block of 1 MiB cost that is in memory already.
func BenchmarkHints(b *testing.B) {
	f, err := OS.OpenFile(filepath.Join(b.TempDir(), "x"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	const size = 1 << 20
	if _, err := f.Write(make([]byte, size)); err != nil {
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	b.Run("prefetch", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.Prefetch(0, size)
		}
	})
	b.Run("flush", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.Flush(0, size)
		}
	})
}
