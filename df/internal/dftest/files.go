package dftest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// NaiveLines is the oracle: it cuts text up with bufio.Reader, a line at a time.
func NaiveLines(text []byte) []string {
	var lines []string
	r := bufio.NewReader(bytes.NewReader(text))
	for {
		line, err := r.ReadString('\n')
		if err == io.EOF && line == "" {
			return lines
		}
		lines = append(lines, strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
	}
}

// TextFile writes a file in a directory of the test.
func TextFile(t testing.TB, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Line is n bytes that tell where they are.
func Line(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d,", i)
	}
	return b.String()[:n]
}

// RandomText is n bytes of lines of about mean bytes.
func RandomText(seed uint64, n, mean int) []byte {
	r := rand.New(rand.NewPCG(seed, seed))
	b := make([]byte, n)
	for i := range b {
		if b[i] = byte('a' + r.IntN(26)); r.IntN(mean) == 0 {
			b[i] = '\n'
		}
	}
	return b
}

// Joined is what a file with these lines holds.
func Joined(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// FilesIn lists a directory, hidden files as well.
func FilesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, filepath.Base(e.Name()))
	}
	slices.Sort(names)
	return names
}

// Unpack reads a file with the decompressor that its name asks for, none of
// which is the library's.
func Unpack(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	switch filepath.Ext(path) {
	case ".gz":
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(z)
		}
	case ".zst":
		if len(data) == 0 {
			t.Errorf("%s: no bytes are no zstd", path)
		}
		var z *zstd.Decoder
		if z, err = zstd.NewReader(nil); err == nil {
			defer z.Close()
			data, err = z.DecodeAll(data, nil)
		}
	}
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return string(data)
}
