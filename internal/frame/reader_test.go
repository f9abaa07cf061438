package frame

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"
)

// spillFile is some blocks one behind the other, and their payloads.
func spillFile(t testing.TB) (file []byte, raws [][]byte) {
	t.Helper()
	for i, n := range []int{100, 0, 64 << 10, 1, 3 << 20, 500, 200 << 10, 64 << 10, 0} {
		raw := records(n)
		if i%2 == 1 {
			raw = noise(n)
		}
		file = mustAppend(t, file, raw, i, compressions[i%3])
		raws = append(raws, raw)
	}
	return file, raws
}

func TestReader(t *testing.T) {
	file, raws := spillFile(t)
	for name, src := range map[string]io.Reader{
		"whole":         bytes.NewReader(file),
		"end with data": iotest.DataErrReader(bytes.NewReader(file)),
		"halves":        iotest.HalfReader(bytes.NewReader(file)),
	} {
		r := NewReader("spill-3.tmp", src)
		for i, want := range raws {
			got, h, err := r.Next()
			if err != nil || h.Rows != i || !bytes.Equal(got, want) {
				t.Fatalf("%s: block %d: %d bytes, %+v, %v", name, i, len(got), h, err)
			}
			clear(got) // it is the caller's
		}
		for range 2 {
			if _, _, err := r.Next(); err != io.EOF {
				t.Errorf("%s: at the end: %v", name, err)
			}
		}
	}
}

// TestReaderAsksForNoMore has a source that would never answer after the first
// block, as a connection might.
func TestReaderAsksForNoMore(t *testing.T) {
	block := mustAppend(t, nil, records(100), 1, S2)
	r := NewReader("", io.MultiReader(bytes.NewReader(block), iotest.ErrReader(errors.New("asked for more"))))
	if _, _, err := r.Next(); err != nil {
		t.Error(err)
	}
	r = NewReader("stdin", bytes.NewReader(append(block, make([]byte, HeaderBytes)...)))
	if _, _, err := r.Next(); err != nil {
		t.Error(err)
	}
	_, _, err := r.Next()
	wantCorrupt(t, err, fmt.Sprintf("stdin: block at byte %d is corrupt: no block begins here", len(block)))
}

func TestReaderAt(t *testing.T) {
	file, raws := spillFile(t)
	src := &countingReaderAt{src: bytes.NewReader(file)}
	r := NewReaderAt("spill-3.tmp", src, int64(len(file)))
	var offs []int64
	var off int64
	for i, want := range raws {
		got, h, err := r.At(off)
		if err != nil || h.Rows != i || !bytes.Equal(got, want) {
			t.Fatalf("block %d: %d bytes, %+v, %v", i, len(got), h, err)
		}
		clear(got) // it is the caller's
		offs = append(offs, off)
		off += int64(h.Bytes())
	}
	if off != int64(len(file)) {
		t.Errorf("the blocks end at byte %d of %d", off, len(file))
	}
	if want := len(raws); src.calls != want { // a header, then each block; the last is empty
		t.Errorf("%d reads, want %d", src.calls, want)
	}
	for i := len(raws) - 1; i >= 0; i-- {
		got, _, err := r.At(offs[i])
		if err != nil || !bytes.Equal(got, raws[i]) {
			t.Fatalf("block %d, backwards: %d bytes, %v", i, len(got), err)
		}
	}
	_, _, err := r.At(off)
	wantCorrupt(t, err, "the file ends in it")
	_, _, err = r.At(-1)
	wantCorrupt(t, err, "the file ends in it")
	_, _, err = r.At(3)
	wantCorrupt(t, err, "spill-3.tmp: block at byte 3 is corrupt: no block begins here")
	if cap(r.stored) > keepBytes {
		t.Errorf("the memory of the large block is kept: %d bytes", cap(r.stored))
	}
}

type countingReaderAt struct {
	src   io.ReaderAt
	calls int
	err   error // instead of the call after so many
	after int
}

func (c *countingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if c.calls++; c.err != nil && c.calls > c.after {
		return 0, c.err
	}
	return c.src.ReadAt(p, off)
}

func TestReadersSeeTruncation(t *testing.T) {
	block := mustAppend(t, nil, records(200), 9, S2)
	file := append(bytes.Clone(block), block...)
	for n := range file {
		whole := n / len(block)
		r, at := NewReader("f", bytes.NewReader(file[:n])), NewReaderAt("f", bytes.NewReader(file[:n]), int64(n))
		lies := NewReaderAt("f", bytes.NewReader(file[:n]), int64(len(file))) // cut off after its size was asked for
		for i := range whole {
			if _, _, err := r.Next(); err != nil {
				t.Errorf("%d bytes, block %d: %v", n, i, err)
			}
			if _, _, err := at.At(int64(i * len(block))); err != nil {
				t.Errorf("%d bytes, block %d: %v", n, i, err)
			}
		}
		if _, _, err := r.Next(); !(errors.Is(err, ErrCorrupt) || n%len(block) == 0 && err == io.EOF) {
			t.Errorf("%d bytes: %v", n, err)
		}
		for _, at := range []*ReaderAt{at, lies} {
			if _, _, err := at.At(int64(whole * len(block))); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%d bytes: %v", n, err)
			}
			b := Block{Offset: int64(whole * len(block)), Bytes: len(block), Rows: 9}
			if _, _, err := at.Block(b); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%d bytes, from the index: %v", n, err)
			}
		}
	}
}

func TestReadersPassErrorsOn(t *testing.T) {
	broken := errors.New("input/output error")
	file, _ := spillFile(t)
	for n := range 5 {
		src := &countingReaderAt{src: bytes.NewReader(file), err: broken, after: n}
		r := NewReaderAt("f", src, int64(len(file)))
		var off int64
		var err error
		for err == nil {
			var h Header
			_, h, err = r.At(off)
			off += int64(h.Bytes())
		}
		if err != broken {
			t.Errorf("after %d reads: error %v", n, err)
		}
	}
	for _, n := range []int{0, 1, HeaderBytes, HeaderBytes + 10} {
		r := NewReader("f", io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken)))
		for range 2 {
			if _, _, err := r.Next(); err != broken {
				t.Errorf("after %d bytes: error %v", n, err)
			}
		}
	}
	saved := small(t)
	for n := range 6 { // two for each of preamble, footer and index
		src := &countingReaderAt{src: bytes.NewReader(saved), err: broken, after: n}
		if _, err := ReadIndex("f", src, int64(len(saved))); err != broken {
			t.Errorf("index, after %d reads: error %v", n, err)
		}
	}
	_, _, err := NewReaderAt("f", silentReaderAt{}, 100).At(0)
	if err == nil || errors.Is(err, ErrCorrupt) {
		t.Errorf("a source that breaks its contract: %v", err)
	}
}

type silentReaderAt struct{}

func (silentReaderAt) ReadAt([]byte, int64) (int, error) { return 0, nil }

// TestClaimsAreNotBelieved has files of a few bytes that claim a GiB.
func TestClaimsAreNotBelieved(t *testing.T) {
	head := make([]byte, HeaderBytes)
	Seal(head, 0)
	put32(head[4:], MaxRaw)
	put32(head[8:], MaxRaw)
	file := append(head, make([]byte, 1000)...)

	before := allocated()
	_, _, err := NewReader("f", bytes.NewReader(file)).Next()
	wantCorrupt(t, err, "f: block at byte 0 is corrupt: the file ends in it")
	_, _, err = NewReaderAt("f", bytes.NewReader(file), int64(len(file))).At(0)
	wantCorrupt(t, err, "f: block at byte 0 is corrupt: it claims 1073741848 bytes, and the file ends after 1024")
	_, _, err = NewReaderAt("f", bytes.NewReader(file), int64(len(file))).Block(Block{Bytes: MaxRaw})
	wantCorrupt(t, err, "f: block at byte 0 is corrupt: the index says 1073741824 bytes, and the file ends after 1024")
	_, err = ReadIndex("f", bytes.NewReader(file), int64(len(file)))
	wantCorrupt(t, err, "f: block at byte 0 is corrupt: it holds rows, not a preamble")
	if n := allocated() - before; n > 1<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}
