package df_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
	"github.com/klauspost/compress/zstd"
)

// sameLines reads paths in every way and with every number of workers.
func sameLines(t *testing.T, want []string, paths ...string) {
	t.Helper()
	views := df.Map(df.LineViews(paths...), df.View.Clone)
	eachDeployment("lines", func(what string, o df.Option) { same(t, what, collect(t, df.Lines(paths...), o), want) })
	eachDeployment("views", func(what string, o df.Option) { same(t, what, collect(t, views, o), want) })
}

func TestLinesOfText(t *testing.T) {
	garbage := make([]byte, 300<<10)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(garbage)
	tests := []struct{ name, text string }{
		{"empty file", ""},
		{"one newline", "\n"},
		{"empty lines", "\n\n\n"},
		{"one line", "a\n"},
		{"no final newline", "a\nb"},
		{"CRLF", "a\r\nb\r\n\r\nc"},
		{"ends in CR", "a\r\nb\r"},
		{"CR alone", "\r"},
		{"CRs alone", "a\rb\r\r\n\r\r"},
		{"blanks", " a \n\tb\t\n"},
		{"NUL", "a\x00b\n\x00\n"},
		{"invalid UTF-8", "a\xff\xfe\nb\xc3\n\xe2\x82\n"},
		{"byte order mark", "\ufeffa\nb"},
		{"binary garbage", string(garbage)},
		{"one long line", dftest.Line(3 << 20)},
		{"long lines", dftest.Line(2<<20) + "\n" + dftest.Line(1) + "\n" + dftest.Line(3<<20) + "\r\n" + dftest.Line(100<<10)},
		{"short lines", string(dftest.RandomText(1, 1<<20, 5))},
		{"middling lines", string(dftest.RandomText(2, 1<<20, 80))},
		{"lines of blocks", string(dftest.RandomText(3, 4<<20, 200<<10))},
		{"newlines only", strings.Repeat("\n", 200<<10)},
		{"CRLFs only", strings.Repeat("\r\n", 200<<10)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sameLines(t, dftest.NaiveLines([]byte(test.text)), dftest.TextFile(t, "a.txt", []byte(test.text)))
		})
	}
}

// TestLinesAtBounds puts ends of lines and of files beside the places where the
// reader cuts its input: segments, blocks, morsels.
func TestLinesAtBounds(t *testing.T) {
	const segment, morsel, block = 16 << 10, 64 << 10, 256 << 10
	offs := []int{-2, -1, 0, 1, 2}
	if testing.Short() {
		offs = []int{0}
	}
	for _, bound := range []int{segment, morsel, block, block + 8<<10, 3 * morsel} {
		for _, off := range offs {
			n := bound + off
			for _, tail := range []string{"", "\n", "\r\n", "x", "\nx", "\n\n" + dftest.Line(morsel) + "\n" + dftest.Line(morsel-1)} {
				text := []byte(dftest.Line(n) + tail)
				path := dftest.TextFile(t, "a.txt", text)
				rows := collect(t, df.Lines(path), df.Workers(2))
				same(t, fmt.Sprintf("a line of %d bytes, then %.3q...", n, tail), rows, dftest.NaiveLines(text))
				views := collect(t, df.Map(df.LineViews(path), df.View.Clone), df.Workers(2))
				same(t, fmt.Sprintf("views: a line of %d bytes, then %.3q...", n, tail), views, dftest.NaiveLines(text))
			}
		}
	}
}

func TestLinesOfTenMebibytes(t *testing.T) {
	if testing.Short() {
		t.Skip("lines of 10 MiB")
	}
	text := []byte("first\n" + dftest.Line(10<<20) + "\r\nbetween\n" + dftest.Line(10<<20+1) + "\nlast")
	sameLines(t, dftest.NaiveLines(text), dftest.TextFile(t, "a.txt", text))
}

func TestLineTooLong(t *testing.T) {
	if testing.Short() {
		t.Skip("lines of 64 MiB")
	}
	dir := t.TempDir()
	file := func(name string, n int, end string) string {
		text := append(bytes.Repeat([]byte("x"), n), end...)
		path := filepath.Join(dir, name)
		if strings.HasSuffix(name, ".gz") {
			text = gzipped(t, text)
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	length := func(s string) int { return len(s) }
	for _, end := range []string{"", "\n", "\r\n", "\nnext\n"} {
		path := file("longest.txt", df.MaxLine, end)
		same(t, "longest "+fmt.Sprintf("%q", end), collect(t, df.Map(df.Lines(path), length))[:1], []int{df.MaxLine})
	}
	for _, path := range []string{
		file("a.txt", df.MaxLine+1, ""), file("b.txt", df.MaxLine+1, "\nnext\n"),
		file("c.txt", df.MaxLine+1<<20, "\n"), file("d.gz", df.MaxLine+1, "\n"),
	} {
		err := df.Run(context.Background(), df.Lines(path))
		if !errors.Is(err, df.ErrLineTooLong) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

func TestLinesOfManyFiles(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	var want []string
	for i := range 300 {
		path := filepath.Join(dir, fmt.Sprintf("%03d", i), "a.txt")
		paths = append(paths, path)
		if err := os.Mkdir(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		text := dftest.RandomText(uint64(i), i*37, 20)
		if i%50 == 49 {
			text = dftest.RandomText(uint64(i), 200<<10, 20)
		}
		want = append(want, dftest.NaiveLines(text)...)
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	sameLines(t, want, filepath.Join(dir, "**", "*.txt"))
	sameLines(t, want, filepath.Join(dir, "**"))
	sameLines(t, want, paths...)
	slices.Reverse(paths) // files come as they are named, not sorted
	want = nil
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, dftest.NaiveLines(text)...)
	}
	sameLines(t, want, paths...)
	sameLines(t, slices.Concat(want, want), append(paths, paths...)...)
}

func gzipped(t testing.TB, members ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, text := range members {
		z := gzip.NewWriter(&b)
		_, _ = z.Write(text)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func zstandard(t testing.TB, frames ...[]byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil, zstd.WithZeroFrames(true))
	if err != nil {
		t.Fatal(err)
	}
	var b []byte
	for _, text := range frames {
		b = z.EncodeAll(text, b)
	}
	return b
}

func TestLinesOfCompressedFiles(t *testing.T) {
	one, two := dftest.RandomText(1, 700<<10, 40), dftest.RandomText(2, 100<<10, 40)
	both := dftest.NaiveLines(slices.Concat(one, two))
	for name, data := range map[string][]byte{
		"one.gz": gzipped(t, slices.Concat(one, two)), "members.gz": gzipped(t, one, nil, two),
		"one.zst": zstandard(t, slices.Concat(one, two)), "frames.zst": zstandard(t, one, nil, two),
	} {
		t.Run(name, func(t *testing.T) {
			path := dftest.TextFile(t, name, data)
			sameLines(t, both, path)
			plain := dftest.TextFile(t, "plain", two)
			sameLines(t, slices.Concat(dftest.NaiveLines(two), both, dftest.NaiveLines(two)), plain, path, plain)
		})
	}
	for name, data := range map[string][]byte{"empty.gz": gzipped(t, nil), "empty.zst": zstandard(t, nil)} {
		t.Run(name, func(t *testing.T) { sameLines(t, nil, dftest.TextFile(t, name, data)) })
	}
	flip := func(b []byte, at int) []byte { b = bytes.Clone(b); b[at] ^= 0x55; return b }
	gz, zst := gzipped(t, one), zstandard(t, one)
	for name, data := range map[string][]byte{
		"no bytes.gz": nil, "no gzip.gz": []byte("hello, world\n"), "header.gz": gz[:5],
		"truncated.gz": gz[:len(gz)/2], "no trailer.gz": gz[:len(gz)-3], "sum.gz": flip(gz, len(gz)-6),
		"garbage behind.gz": slices.Concat(gz, []byte("garbage")),
		"no zstd.zst":       []byte("hello, world\n"), "truncated.zst": zst[:len(zst)/2], "sum.zst": flip(zst, len(zst)-2),
	} {
		t.Run(name, func(t *testing.T) {
			path := dftest.TextFile(t, name, data)
			err := df.Run(context.Background(), df.Lines(path))
			var e *df.Error
			if !errors.As(err, &e) || strings.Count(err.Error(), path) != 1 || errors.Is(err, io.EOF) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestBadInput holds what is said when there is nothing to read.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	locked := filepath.Join(dir, "locked.txt")
	if err := os.WriteFile(locked, nil, 0); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		pattern string
		is      error
		says    string
	}{
		{"missing.txt", fs.ErrNotExist, "missing.txt: no such file"},
		{"*.log", nil, `*.log": no file matches the pattern`},
		{"[.log", nil, `[.log": syntax error in pattern`},
		{".", nil, "is a directory"},
		{"locked.txt", fs.ErrPermission, "locked.txt: permission denied"},
	}
	for _, test := range tests {
		if test.is == fs.ErrPermission && os.Geteuid() == 0 {
			continue // nothing is locked for root
		}
		path := filepath.Join(dir, test.pattern)
		for _, s := range []df.Output{df.Lines(path), df.LineViews(path), df.Files(path)} {
			err := df.Run(context.Background(), s)
			if test.pattern == "locked.txt" && err == nil {
				continue // Files opens none
			}
			var e *df.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), test.says) || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%s: error %v", test.pattern, err)
			} else if e.Site.File == "" || !strings.Contains(err.Error(), "lines_test.go:") {
				t.Errorf("%s: the error does not say where: %v", test.pattern, err)
			}
		}
	}
}

// TestFileThatChanges changes a file between the time that it is planned to be
// read and the time that it is.
func TestFileThatChanges(t *testing.T) {
	text := []byte(strings.Repeat("0123456789abcde\n", 64<<10)) // 16 morsels
	change := func(t *testing.T, then func(path string)) ([]string, error) {
		first, path := dftest.TextFile(t, "first", []byte("go\n")), dftest.TextFile(t, "second", text)
		s := df.Inspect(df.Lines(first, path), func(line string) {
			if line == "go" {
				then(path)
			}
		})
		return df.Collect(context.Background(), s, df.Workers(1))
	}
	for _, left := range []int64{0, 1, 16, 100<<10 + 3, int64(len(text) - 1)} {
		_, err := change(t, func(path string) { _ = os.Truncate(path, left) })
		if err == nil || !strings.Contains(err.Error(), "second") || !strings.Contains(err.Error(), "when the run began") {
			t.Errorf("shrunk to %d bytes: error %v", left, err)
		}
	}
	rows, err := change(t, func(path string) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString("more\nand more")
			f.Close()
		}
		if err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Errorf("grown: %v", err)
	}
	same(t, "grown: what was there", rows, append([]string{"go"}, dftest.NaiveLines(text)...))
	if _, err := change(t, func(path string) { _ = os.Remove(path) }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed: error %v", err)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	var want []df.File
	for i := range 3 {
		path := filepath.Join(dir, fmt.Sprint(i, ".txt"))
		if err := os.WriteFile(path, make([]byte, i*10), 0o666); err != nil {
			t.Fatal(err)
		}
		want = append(want, df.File{Path: path, Rows: -1, Bytes: int64(i * 10)})
	}
	same(t, "files", collect(t, df.Files(filepath.Join(dir, "*.txt"))), want)
}
