package micro

import (
	"bufio"
	"bytes"
	"os"
	"testing"

	"anabranch.dev/df"
)

// lineForms split a file into lines, and add up the lengths of the lines and of their ends: the size of the file.
func lineForms(path string) []form[int64] {
	forms := []form[int64]{
		{"hand/IndexByte", func(tb testing.TB) int64 { return splitByHand(tb, path) }},
		{"hand/Scanner.Bytes", func(tb testing.TB) int64 {
			return scanLines(tb, path, func(s *bufio.Scanner) int { return len(s.Bytes()) })
		}},
		{"hand/Scanner.Text", func(tb testing.TB) int64 {
			var kept string // or the compiler sees that no copy is needed
			return scanLines(tb, path, func(s *bufio.Scanner) int { kept = s.Text(); return len(kept) })
		}},
	}
	for _, w := range workerCounts {
		forms = append(forms,
			form[int64]{"df/LineViews/" + w.name, func(tb testing.TB) int64 { return one(tb, scanViews(path), w.option) }},
			form[int64]{"df/Lines/" + w.name, func(tb testing.TB) int64 { return one(tb, scanStrings(path), w.option) }})
	}
	return forms
}

// scanViews and scanStrings are the bare scans, with as little done to the lines as can be.
func scanViews(path string) df.Stream[int64] {
	return df.Sum(df.MapBatch(df.LineViews(path), totalLength[df.View]))
}

func scanStrings(path string) df.Stream[int64] {
	return df.Sum(df.MapBatch(df.Lines(path), totalLength[string]))
}

// totalLength gives one number for each batch, so that there is next to nothing behind the source.
func totalLength[S ~string](dst []int64, lines []S) []int64 {
	total := int64(len(lines))
	for _, line := range lines {
		total += int64(len(line))
	}
	return append(dst, total)
}

func splitByHand(tb testing.TB, path string) (total int64) {
	eachBlock(tb, path, 1, func(_ int, block []byte) {
		for len(block) > 0 {
			end := bytes.IndexByte(block, '\n')
			total += int64(len(block[:end])) + 1
			block = block[end+1:]
		}
	})
	return total
}

func scanLines(tb testing.TB, path string, length func(*bufio.Scanner) int) (total int64) {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		total += int64(length(s)) + 1
	}
	if err := s.Err(); err != nil {
		tb.Fatal(err)
	}
	return total
}

func BenchmarkLines(b *testing.B) {
	b.Run("73B", func(b *testing.B) { runFile(b, benchSize.words(b, 570e3, 0), lineForms) })
	b.Run("14B", func(b *testing.B) { runFile(b, benchSize.stations(b, 413, 0), lineForms) })
}

func TestLines(t *testing.T) {
	for _, path := range []string{testSize.words(t, 570e3, 0), testSize.stations(t, 413, 0)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range lineForms(path) {
			if got := f.run(t); got != info.Size() {
				t.Errorf("%s: %d bytes, want %d", f.name, got, info.Size())
			}
		}
	}
}
