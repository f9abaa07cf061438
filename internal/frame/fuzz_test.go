package frame

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
)

func FuzzParseHeader(f *testing.F) {
	for _, c := range compressions {
		f.Add(mustAppend(f, nil, make([]byte, 1000), 3, c))
	}
	f.Add(small(f))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) || h != (Header{}) {
				t.Errorf("%+v, %v", h, err)
			}
			return
		}
		if h.Stored < 0 || h.Stored > h.Raw || h.Raw > MaxRaw || h.Rows < 0 || h.Rows > MaxRows {
			t.Errorf("%+v", h)
		}
		again := bytes.Clone(b[:HeaderBytes])
		seal(again, h)
		put32(again[4:], uint32(h.Stored))
		if !bytes.Equal(again[:checkedBytes], b[:checkedBytes]) {
			t.Errorf("%+v is written as %x, not as %x", h, again[:checkedBytes], b[:checkedBytes])
		}
	})
}

// FuzzDecode has payloads whose checksum is right, so that the decompressors
// see them.
func FuzzDecode(f *testing.F) {
	for _, c := range compressions {
		for _, raw := range [][]byte{nil, records(10), records(300), make([]byte, 70_000), noise(40)} {
			b := mustAppend(f, nil, raw, 3, c)
			f.Add(b[HeaderBytes:], b[3], uint32(len(raw)), uint32(3))
		}
	}
	f.Add([]byte{}, byte(Zstd), uint32(1), uint32(0))
	f.Add(binary.AppendUvarint(nil, 1<<20), byte(S2), uint32(1<<20), uint32(0))
	var e Encoder
	var d Decoder
	f.Fuzz(func(t *testing.T, stored []byte, kind byte, raw, rows uint32) {
		block := forge(stored, Header{Kind: Kind(kind >> 4), Compression: Compression(kind & 15), Raw: int(raw), Rows: int(rows & MaxRows)})
		before := allocated()
		got, h, err := d.Decode(nil, block)
		if n := allocated() - before; n > 2*max(freeRaw, maxRatio*uint64(len(block)))+4<<20 {
			t.Errorf("%d bytes allocated for a block of %d", n, len(block))
		}
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Error(err)
			}
			return
		}
		if len(got) != int(raw) || h.Raw != len(got) || h.Rows != int(rows&MaxRows) {
			t.Errorf("%d bytes for %+v", len(got), h)
		}
		block, err = e.Append(nil, got, h.Rows, h.Compression)
		if err != nil {
			t.Fatal(err)
		}
		if again, _, err := d.Decode(nil, block); err != nil || !bytes.Equal(again, got) {
			t.Errorf("not the same again: %v", err)
		}
	})
}

// FuzzRoundTrip packs anything, and then changes one byte.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte{}, byte(0), 1, uint(0), byte(1))
	f.Add(records(500), byte(1), 20, uint(300), byte(128))
	f.Add(records(5000), byte(2), 20, uint(7), byte(3))
	var e Encoder
	var d Decoder
	f.Fuzz(func(t *testing.T, raw []byte, c byte, rows int, at uint, flip byte) {
		rows &= MaxRows
		block, err := e.Append(nil, raw, rows, Compression(c%3))
		if err != nil {
			t.Fatal(err)
		}
		got, h, err := d.Decode(nil, block)
		if err != nil || !bytes.Equal(got, raw) || h.Rows != rows {
			t.Fatalf("%d bytes, %+v, %v", len(got), h, err)
		}
		block[at%uint(len(block))] ^= flip
		if _, _, err := d.Decode(nil, block); flip != 0 && !errors.Is(err, ErrCorrupt) {
			t.Errorf("a byte changed: %v", err)
		}
	})
}

func FuzzReader(f *testing.F) {
	f.Add(small(f))
	f.Add(mustAppend(f, mustAppend(f, nil, records(100), 1, S2), records(300), 2, Zstd))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, at := NewReader("", bytes.NewReader(file)), NewReaderAt("", bytes.NewReader(file), int64(len(file)))
		var off int64
		for off < int64(len(file)) {
			raw, h, err := at.At(off)
			got, g, errR := r.Next()
			if h != g || !bytes.Equal(raw, got) || (err == nil) != (errR == nil) {
				t.Fatalf("at byte %d: %+v, %v, or %+v, %v", off, h, err, g, errR)
			}
			if err != nil {
				if !errors.Is(err, ErrCorrupt) || !errors.Is(errR, ErrCorrupt) {
					t.Errorf("%v, %v", err, errR)
				}
				return
			}
			off += int64(h.Bytes())
		}
		if _, _, err := r.Next(); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
	})
}

// FuzzFileIndex makes the checksums of the parts right where it finds them.
func FuzzFileIndex(f *testing.F) {
	f.Add(small(f))
	f.Add(newFile(f, Description{}).end(f))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		file = bytes.Clone(file)
		resealFile(file)
		before := allocated()
		x, err := readIndex(file)
		if n := allocated() - before; n > 8*uint64(len(file))+256<<10 {
			t.Errorf("%d bytes allocated for a file of %d", n, len(file))
		}
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Error(err)
			}
			return
		}
		end, rows := int64(0), int64(0)
		for i := range x.Len() {
			b := x.Block(i)
			if b.Bytes < HeaderBytes || b.Rows < 0 || i > 0 && b.Offset != end || b.Row != rows {
				t.Errorf("block %d is %+v, after byte %d and row %d", i, b, end, rows)
			}
			end, rows = b.Offset+int64(b.Bytes), rows+int64(b.Rows)
		}
		if rows != x.Rows || end > int64(len(file)-FooterBytes) {
			t.Errorf("%d rows and %d bytes of %d and %d", rows, end, x.Rows, len(file))
		}
		if _, _, err := readAll(file); err != nil && !errors.Is(err, ErrCorrupt) {
			t.Error(err)
		}
	})
}

func resealFile(file []byte) {
	part := func(off, end int64) {
		if off >= 0 && end <= int64(len(file)) && end-off >= HeaderBytes {
			reseal(file[off:end])
		}
	}
	if len(file) < FooterBytes {
		return
	}
	part(0, HeaderBytes+int64(binary.LittleEndian.Uint32(file[4:])))
	at := int64(len(file)) - FooterBytes
	part(int64(binary.LittleEndian.Uint64(file[at+HeaderBytes:])), at)
	part(at, at+FooterBytes)
}
