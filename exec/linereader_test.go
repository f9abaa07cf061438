package exec

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// naivePositions is the oracle of the kernels.
func naivePositions(b []byte) []uint32 {
	var list []uint32
	for i, c := range b {
		if c == '\n' {
			list = append(list, uint32(i))
		}
	}
	return list
}

func TestNewlines(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	near := []byte{'\n', '\n' ^ 0x80, '\n' - 1, '\n' + 1, 0, 0xff, 'a'} // what a kernel might mix up
	for n := range 300 {
		b := make([]byte, n)
		for i := range b {
			b[i] = near[r.IntN(len(near))]
		}
		want := naivePositions(b)
		for name, f := range map[string]func([]uint32, []byte) []uint32{"by index": newlinesByIndex, "by word": newlinesByWord} {
			if got := f(nil, b); !slices.Equal(got, want) {
				t.Fatalf("%s: %v in %q, want %v", name, got, b, want)
			}
		}
		for _, mean := range []int{0, shortLines, 1000} {
			if got := newlines([]uint32{7}, b, mean); !slices.Equal(got[1:], want) || got[0] != 7 {
				t.Fatalf("mean %d: %v in %q, want %v", mean, got, b, want)
			}
		}
	}
}

// naiveLines is the oracle of the reader.
func naiveLines(text []byte) []string {
	var lines []string
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		lines = append(lines, strings.TrimSuffix(string(line), "\r"))
		text = rest
	}
	return lines
}

// pieces is a reader that gives a few bytes at a time, and the end together
// with the last ones or after them.
type pieces struct {
	text []byte
	r    *rand.Rand
	most int
}

func (p *pieces) Read(b []byte) (int, error) {
	n := min(len(b), len(p.text), 1+p.r.IntN(p.most))
	copy(b, p.text[:n])
	p.text = p.text[n:]
	if len(p.text) == 0 && (n == 0 || p.r.IntN(2) == 0) {
		return n, io.EOF
	}
	return n, nil
}

// readMorsels reads text as the workers of a run do, in morsels of the given
// size, each from its own reader.
func readMorsels[S ~string](t *testing.T, text []byte, morsel, most int, reuse bool, seed uint64) []string {
	t.Helper()
	var got []string
	l := newLineReader[S](reuse)
	for off := 0; off < len(text); off += morsel {
		early := min(off, 1)
		from := off - early
		limit := int64(min(off+morsel, len(text)) - from)
		r := &pieces{text[from:], rand.New(rand.NewPCG(seed, uint64(off))), most}
		took, err := l.read(r, part{skipFirst: early > 0, limit: limit}, func(rows []S) error {
			for _, row := range rows {
				got = append(got, strings.Clone(string(row)))
			}
			return nil
		})
		if err != nil || took < limit {
			t.Fatalf("morsel at %d: took %d of %d, error %v", off, took, limit, err)
		}
	}
	return got
}

func FuzzLineReader(f *testing.F) {
	f.Add([]byte(""), uint32(1), uint32(1), uint64(0))
	f.Add([]byte("a\r\n\nb"), uint32(2), uint32(1), uint64(1))
	f.Add([]byte("\n\n\n"), uint32(1), uint32(9), uint64(2))
	f.Add(bytes.Repeat([]byte("0123456789\r\n"), 3000), uint32(10_000), uint32(5000), uint64(3))
	f.Add(bytes.Repeat([]byte("x"), 300<<10), uint32(64<<10), uint32(100<<10), uint64(4))
	f.Add(append(bytes.Repeat([]byte("x"), lineBlock+lineSlack), "\ny\n"...), uint32(1<<20), uint32(1<<20), uint64(5))
	f.Fuzz(func(t *testing.T, text []byte, morsel, most uint32, seed uint64) {
		m := max(int(morsel%(1<<20)), 1, len(text)/100)
		most = most%(1<<20) + 1
		want := naiveLines(text)
		for _, reuse := range []bool{false, true} {
			if got := readMorsels[string](t, text, m, int(most), reuse, seed); !slices.Equal(got, want) {
				t.Errorf("morsels of %d, pieces of %d, reuse %v: %d lines, want %d", m, most, reuse, len(got), len(want))
			}
		}
	})
}

// TestLinesKept holds that rows of String sources stay as they are when the
// reader goes on.
func TestLinesKept(t *testing.T) {
	text := []byte(strings.Repeat("a line of the text\n", 60_000))
	var kept []string
	l := newLineReader[string](false)
	_, err := l.read(bytes.NewReader(text), part{limit: -1}, func(rows []string) error {
		kept = append(kept, rows...)
		return nil
	})
	if err != nil || !slices.Equal(kept, naiveLines(text)) {
		t.Errorf("%d lines, error %v", len(kept), err)
	}
}

func TestCheckLength(t *testing.T) {
	if testing.Short() {
		t.Skip("lines of 64 MiB")
	}
	b := bytes.Repeat([]byte("x"), MaxLine+3)
	for tail, want := range map[string]bool{"xxx": false, "\r\nx": true, "\r\r\n": false, "\nxx": true, "x\r\n": false} {
		copy(b[MaxLine:], tail)
		if err := checkLength(b); (err == nil) != want {
			t.Errorf("a long line and %q: error %v", tail, err)
		}
	}
}

// testRun is a run without a plan, for the parts of the engine.
func testRun(t *testing.T, workers int) *Run {
	t.Helper()
	budget, err := newBudget(0, workers)
	if err != nil {
		t.Fatal(err)
	}
	r := &Run{memory: budget, running: &running{parent: t.Context(), workers: workers}}
	r.ctx, r.cancel = contextWithCancel(t)
	return r
}

func ExampleFloor() {
	fmt.Println(Floor(2) >> 20)
	// Output: 24
}
