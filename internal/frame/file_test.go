package frame

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A savedFile is a file in memory.
type savedFile struct {
	w FileWriter
	b []byte
}

func newFile(t testing.TB, d Description) *savedFile {
	t.Helper()
	f := &savedFile{}
	pre, err := f.w.Preamble(d)
	if err != nil {
		t.Fatal(err)
	}
	f.b = pre
	return f
}

func (f *savedFile) add(t testing.TB, raw []byte, rows int, c Compression) {
	t.Helper()
	block := mustAppend(t, nil, raw, rows, c)
	f.w.Note(len(block), rows)
	f.b = append(f.b, block...)
}

func (f *savedFile) end(t testing.TB) []byte {
	t.Helper()
	tail, err := f.w.Tail()
	if err != nil {
		t.Fatal(err)
	}
	return append(f.b, tail...)
}

// small is a file with three blocks, all of whose bytes the tests can go through.
// It is the same for every version of the compressors.
func small(t testing.TB) []byte {
	f := newFile(t, Description{Type: "int64", Text: "3 blocks"})
	f.add(t, records(40), 4, None)
	f.add(t, nil, 3, None)
	packed := goldenBlocks[2].block(t)
	if err := f.w.NoteAll(packed); err != nil {
		t.Fatal(err)
	}
	f.b = append(f.b, packed...)
	return f.end(t)
}

func readIndex(file []byte) (*FileIndex, error) {
	return ReadIndex("rows.ab", bytes.NewReader(file), int64(len(file)))
}

// readAll reads a file with its index, as whole.
func readAll(file []byte) (raws [][]byte, x *FileIndex, err error) {
	x, err = readIndex(file)
	if err != nil {
		return nil, nil, err
	}
	r := NewReaderAt("rows.ab", bytes.NewReader(file), int64(len(file)))
	for i := range x.Len() {
		raw, _, err := r.Block(x.Block(i))
		if err != nil {
			return nil, nil, err
		}
		raws = append(raws, bytes.Clone(raw))
	}
	return raws, x, nil
}

func TestFile(t *testing.T) {
	d := Description{Type: "struct{ A int64; B string }", Text: "users, by name"}
	for _, n := range []int{0, 1, 2, 50} {
		f := newFile(t, d)
		var want [][]byte
		for i := range n {
			raw := append([]byte{}, records(i*1000)...)
			f.add(t, raw, i*7, compressions[i%3])
			want = append(want, raw)
		}
		file := f.end(t)
		got, x, err := readAll(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d blocks: want - got +\n%s", n, diff)
		}
		if x.Description != d || x.Len() != n || x.Rows != f.w.Rows() || int(f.w.Bytes()) != len(f.b) {
			t.Errorf("%d blocks: %+v; written %d rows, %d bytes", n, x, f.w.Rows(), f.w.Bytes())
		}
		var row int64
		for i := range n {
			if b := x.Block(i); b.Row != row || b.Rows != i*7 {
				t.Errorf("block %d: %+v, want row %d", i, b, row)
			}
			row += int64(i * 7)
		}
	}
}

func TestNoteAll(t *testing.T) {
	one, two := newFile(t, Description{}), newFile(t, Description{})
	for i := range 5 {
		one.add(t, records(i*100), i, S2)
	}
	blocks := one.b[two.w.Bytes():]
	if err := two.w.NoteAll(blocks); err != nil {
		t.Fatal(err)
	}
	two.b = append(two.b, blocks...)
	if !bytes.Equal(one.end(t), two.end(t)) {
		t.Error("the files differ")
	}
	wantCorrupt(t, two.w.NoteAll(blocks[:len(blocks)-1]), "bytes, not")
	wantCorrupt(t, two.w.NoteAll(blocks[1:]), "no block begins here")
	wantCorrupt(t, two.w.NoteAll(one.end(t)), "it holds a preamble, not rows")
}

func TestRanges(t *testing.T) {
	f := newFile(t, Description{})
	for _, n := range []int{1000, 1000, 1000, 50, 5000, 30} {
		f.add(t, make([]byte, n-HeaderBytes), 1, None)
	}
	x, err := readIndex(f.end(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		bytes int64
		want  []Range
	}{
		{0, []Range{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}}},
		{1000, []Range{{0, 1}, {1, 2}, {2, 3}, {3, 5}, {5, 6}}},
		{1001, []Range{{0, 2}, {2, 4}, {4, 5}, {5, 6}}},
		{1 << 40, []Range{{0, 6}}},
	} {
		if diff := cmp.Diff(test.want, x.Ranges(test.bytes)); diff != "" {
			t.Errorf("%d bytes: want - got +\n%s", test.bytes, diff)
		}
	}
	if x, err := readIndex(newFile(t, Description{}).end(t)); err != nil || x.Ranges(1) != nil {
		t.Errorf("no blocks: %v, %v", x, err)
	}
}

// TestFileEveryBitCounts flips each bit of a file: either the index is not read,
// or the block in which the bit is.
func TestFileEveryBitCounts(t *testing.T) {
	file := small(t)
	for i := range 8 * len(file) {
		file[i/8] ^= 1 << (i % 8)
		if _, _, err := readAll(file); !errors.Is(err, ErrCorrupt) {
			t.Errorf("bit %d of %d flipped: error %v", i, 8*len(file), err)
		}
		file[i/8] ^= 1 << (i % 8)
	}
	if _, _, err := readAll(file); err != nil {
		t.Error(err)
	}
}

func TestFileEveryByteCounts(t *testing.T) {
	file := small(t)
	for n := range file {
		if _, err := readIndex(file[:n]); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%d of %d bytes: error %v", n, len(file), err)
		}
	}
	for i := range file {
		if _, err := readIndex(slices.Delete(bytes.Clone(file), i, i+1)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("byte %d missing: error %v", i, err)
		}
		if _, err := readIndex(slices.Insert(bytes.Clone(file), i, 0)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("a byte before byte %d: error %v", i, err)
		}
	}
	_, err := readIndex(append(file, 0))
	wantCorrupt(t, err, "there is no footer, so the file was cut off or never finished")
}

// reseal makes the checksum of a part of a file right again.
func reseal(block []byte) {
	binary.LittleEndian.PutUint64(block[checkedBytes:], checksum(block))
}

// TestFileForged changes what the parts of a file say, with right checksums.
func TestFileForged(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(pre, index, footer []byte)
		reason string
	}{
		{"nothing", func(_, _, _ []byte) {}, ""},
		{"magic", func(pre, _, _ []byte) { pre[24] = 'A' }, `block at byte 0 is corrupt: it does not begin with "anabranch"`},
		{"version", func(pre, _, _ []byte) { pre[33] = 2 }, "the file has version 2, and only 1 is known"},
		{"type", func(pre, _, _ []byte) { put32(pre[34:], 1<<32-1) }, "the description ends too early"},
		{"type", func(pre, _, _ []byte) { put32(pre[34:], 15) }, "the description ends too early"},
		{"text", func(pre, _, _ []byte) { put32(pre[43:], 7) }, "1 bytes follow the description"},
		{"preamble", func(pre, _, _ []byte) { pre[3] = 0 }, "it holds rows, not a preamble"},
		{"footer", func(_, _, footer []byte) { footer[3] = 0 }, "never finished: it holds rows, not a footer"},
		{"index", func(_, index, _ []byte) { index[3] = 0x30 }, "it holds a footer, not an index"},
		{"place", func(_, _, footer []byte) { footer[24]++ }, "no block begins here"},
		{"place", func(_, _, footer []byte) { footer[24] = 3 }, "it says that the index is at byte 3"},
		{"place", func(_, _, footer []byte) { footer[31] = 0xff }, "it says that the index is at byte -"},
		{"blocks", func(_, _, footer []byte) { footer[32] = 4 }, "it has 24 bytes, for 4 blocks"},
		{"blocks", func(_, _, footer []byte) { footer[39] = 0xff }, "it has 24 bytes, for 18"},
		{"rows", func(_, _, footer []byte) { footer[40]++ }, "with 47 rows, not at byte 179 with 48"},
		{"rows", func(_, index, _ []byte) { index[28]++ }, "with 48 rows, not at byte 179 with 47"},
		{"rows", func(_, index, _ []byte) { put32(index[28:], 1<<31) }, "block 0 has 64 bytes and 2147483648 rows"},
		{"bytes", func(_, index, _ []byte) { index[24]++ }, "the blocks end at byte 180"},
		{"bytes", func(_, index, _ []byte) { put32(index[24:], 23) }, "block 0 has 23 bytes and 4 rows"},
		{"bytes", func(_, index, _ []byte) { put32(index[24:], 1<<32-1) }, "block 0 has 4294967295 bytes"},
		{"another cut", func(_, index, _ []byte) { index[24]--; index[32]++ }, "rows.ab: block at byte 55 is corrupt: it has 63 bytes, not 64"},
		{"other rows", func(_, index, _ []byte) { index[28]--; index[36]++ }, "rows.ab: block at byte 55 is corrupt: it has 4 rows, and the index says 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := small(t)
			at := len(file) - FooterBytes
			index := int(binary.LittleEndian.Uint64(file[at+HeaderBytes:]))
			first := HeaderBytes + int(binary.LittleEndian.Uint32(file[4:]))
			parts := [][]byte{file[:first], file[index:at], file[at:]}
			test.change(parts[0], parts[1], parts[2])
			for _, p := range parts {
				reseal(p)
			}
			_, _, err := readAll(file)
			if test.reason == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCorrupt(t, err, test.reason)
		})
	}
}

// TestSmallFooter has a footer that is right but for its size.
func TestSmallFooter(t *testing.T) {
	file := small(t)
	footer := file[len(file)-FooterBytes:]
	sealAs(KindFooter, footer[:HeaderBytes+10])
	_, err := readIndex(file)
	wantCorrupt(t, err, "it has 10 bytes, not 24")
}

// TestIndexClaims has an index that is longer than its blocks can be.
func TestIndexClaims(t *testing.T) {
	f := newFile(t, Description{})
	for range 100_000 {
		f.w.Note(HeaderBytes, 0)
	}
	f.w.off = int64(len(f.b))
	file := f.end(t)
	before := allocated()
	_, err := readIndex(file)
	wantCorrupt(t, err, "it has 100000 blocks, and the file has 0 bytes for them")
	if n := allocated() - before; n > uint64(len(file))+64<<10 {
		t.Errorf("%d bytes allocated for a file of %d", n, len(file))
	}
}

func TestDescriptionTooLarge(t *testing.T) {
	var w FileWriter
	if _, err := w.Preamble(Description{Text: strings.Repeat("x", 1<<20)}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v", err)
	}
	pre, err := w.Preamble(Description{Text: strings.Repeat("x", maxPreamble/2)})
	if err != nil || len(pre) > HeaderBytes+maxPreamble {
		t.Errorf("%d bytes, error %v", len(pre), err)
	}
}

// goldenFile is what a file is made of, byte for byte; docs/format.md explains it.
const goldenFile = `00000000  a5 ab 01 10 1f 00 00 00  1f 00 00 00 00 00 00 00  |................|
00000010  30 ab 0c 7c 08 71 38 02  61 6e 61 62 72 61 6e 63  |0..|.q8.anabranc|
00000020  68 01 06 00 00 00 73 74  72 69 6e 67 07 00 00 00  |h.....string....|
00000030  65 78 61 6d 70 6c 65 a5  ab 01 00 05 00 00 00 05  |example.........|
00000040  00 00 00 01 00 00 00 2b  4a dd 5a 83 51 85 0c 68  |.......+J.Z.Q..h|
00000050  65 6c 6c 6f a5 ab 01 00  05 00 00 00 05 00 00 00  |ello............|
00000060  01 00 00 00 29 dc 3a 40  c1 36 e1 e1 62 6c 6f 63  |....).:@.6..bloc|
00000070  6b a5 ab 01 20 10 00 00  00 10 00 00 00 00 00 00  |k... ...........|
00000080  00 8d e6 ab 14 b0 ab 2c  ae 1d 00 00 00 01 00 00  |.......,........|
00000090  00 1d 00 00 00 01 00 00  00 a5 ab 01 30 18 00 00  |............0...|
000000a0  00 18 00 00 00 00 00 00  00 6b ad ed 4b 14 8c 7c  |.........k..K..||
000000b0  6f 71 00 00 00 00 00 00  00 02 00 00 00 00 00 00  |oq..............|
000000c0  00 02 00 00 00 00 00 00  00                       |.........|
`

func TestGoldenFile(t *testing.T) {
	f := newFile(t, Description{Type: "string", Text: "example"})
	f.add(t, []byte("hello"), 1, None)
	f.add(t, []byte("block"), 1, None)
	file := f.end(t)
	if got := hex.Dump(file); got != goldenFile {
		t.Errorf("written as\n%s", got)
	}
	doc, err := os.ReadFile("../../docs/format.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), goldenFile) {
		t.Error("docs/format.md shows another file")
	}
}
