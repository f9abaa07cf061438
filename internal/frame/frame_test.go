package frame

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

var compressions = []Compression{None, S2, Zstd}

// records is n bytes that compress as rows do: numbers, repeated words, and some
// noise.
func records(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	words := []string{"Hamburg", "Istanbul", "Reykjavik", "Ouagadougou", "Rio de Janeiro"}
	b := make([]byte, 0, n+64)
	for len(b) < n {
		w := words[rng.IntN(len(words))]
		b = binary.LittleEndian.AppendUint64(b, rng.Uint64N(1<<20))
		b = append(b, byte(len(w)))
		b = append(b, w...)
		b = binary.LittleEndian.AppendUint16(b, uint16(rng.Uint32()))
	}
	return b[:n]
}

// noise is n bytes that nothing makes smaller.
func noise(n int) []byte {
	rng := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func mustAppend(t testing.TB, dst, raw []byte, rows int, c Compression) []byte {
	t.Helper()
	var e Encoder
	b, err := e.Append(dst, raw, rows, c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// forge makes a block with a right checksum of a payload as stored, whatever it
// claims to be.
func forge(stored []byte, h Header) []byte {
	b := append(make([]byte, HeaderBytes), stored...)
	seal(b, h)
	return b
}

func wantCorrupt(t testing.TB, err error, reason string) {
	t.Helper()
	c, ok := errors.AsType[*CorruptError](err)
	if !errors.Is(err, ErrCorrupt) || !ok || !strings.Contains(c.Error(), reason) {
		t.Errorf("error %v, want one that is corrupt: %s", err, reason)
	}
}

func TestRoundTrip(t *testing.T) {
	payloads := map[string][]byte{
		"empty": nil, "one byte": {7}, "255": records(255), "256": records(256), "1 KiB": records(1 << 10),
		"64 KiB": records(64 << 10), "noise": noise(64 << 10), "zeros": make([]byte, 64<<10),
		"1 MiB of zeros": make([]byte, 1<<20), "9 MiB of zeros": make([]byte, 9<<20), "9 MiB": records(9 << 20),
		"9 MiB of noise": noise(9 << 20),
	}
	var e Encoder
	var d Decoder
	for name, raw := range payloads {
		for _, c := range compressions {
			t.Run(fmt.Sprintf("%s/%v", name, c), func(t *testing.T) {
				before := []byte("what was there")
				block, err := e.Append(before, raw, 3, c)
				if err != nil {
					t.Fatal(err)
				}
				block, ok := bytes.CutPrefix(block, before)
				if !ok {
					t.Fatal("what was in dst has gone")
				}
				got, h, err := d.Decode(nil, block)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, raw) {
					t.Errorf("%d bytes come back as %d others", len(raw), len(got))
				}
				if h.Raw != len(raw) || h.Rows != 3 || h.Kind != KindRows || h.Bytes() != len(block) {
					t.Errorf("header %+v of a block of %d bytes", h, len(block))
				}
				if h.Compression != None && h.Compression != c {
					t.Errorf("stored with %v", h.Compression)
				}
				if h.Compression == None && h.Stored != len(raw) || h.Compression != None && h.Stored > len(raw)-len(raw)/16 {
					t.Errorf("%d bytes stored with %v in %d", len(raw), h.Compression, h.Stored)
				}
			})
		}
	}
}

func TestCompressionIsUsed(t *testing.T) {
	for _, test := range []struct {
		name string
		raw  []byte
		used bool
	}{
		{"rows", records(64 << 10), true},
		{"1 MiB of zeros", make([]byte, 1<<20), true},
		{"more zeros than a block may claim", make([]byte, 1<<20+1), false},
		{"noise", noise(64 << 10), false},
		{"a fifteenth saved", append(noise(60<<10), make([]byte, 5<<10)...), true},
		{"a seventeenth saved", append(noise(64<<10), make([]byte, 4<<10)...), false},
		{"one byte", []byte{0}, false},
	} {
		for _, c := range []Compression{S2, Zstd} {
			h, err := ParseHeader(mustAppend(t, nil, test.raw, 0, c))
			if used := h.Compression == c; err != nil || used != test.used {
				t.Errorf("%s: stored with %v, %v", test.name, h.Compression, err)
			}
		}
	}
}

func TestSealIsAppend(t *testing.T) {
	for _, n := range []int{0, 1, 100, 64 << 10} {
		raw := records(n)
		block := append(make([]byte, HeaderBytes), raw...)
		Seal(block, 5)
		if !bytes.Equal(block, mustAppend(t, nil, raw, 5, None)) {
			t.Errorf("%d bytes: Seal and Append differ", n)
		}
	}
}

func TestTooLarge(t *testing.T) {
	if testing.Short() || raceEnabled || ^uint(0)>>32 == 0 {
		t.Skip("asks for memory that it does not touch: a GiB, and more for the race detector")
	}
	var e Encoder
	for _, c := range compressions {
		if _, err := e.Append(nil, make([]byte, MaxRaw+1), 1, c); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%v: error %v", c, err)
		}
	}
	wantPanic(t, "Seal", func() { Seal(make([]byte, HeaderBytes+MaxRaw+1), 1) })
}

func wantPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	f()
}

func TestWrongUsePanics(t *testing.T) {
	var e Encoder
	wantPanic(t, "no room for a header", func() { Seal(make([]byte, HeaderBytes-1), 0) })
	wantPanic(t, "negative rows", func() { Seal(make([]byte, HeaderBytes), -1) })
	wantPanic(t, "unknown compression", func() { _, _ = e.Append(nil, nil, 0, 3) })
	wantPanic(t, "a block before the preamble", func() { new(FileWriter).Note(HeaderBytes, 0) })
}

// TestDecodeOwnsMemory passes Decode what it returned before: some of that is a
// part of the buffer in which the next block stands.
func TestDecodeOwnsMemory(t *testing.T) {
	raw := records(8 << 10)
	buf := make([]byte, 64<<10)
	var d Decoder
	var got []byte
	for i, c := range []Compression{None, S2, S2, None, Zstd, Zstd, None, None, S2} {
		block := buf[:copy(buf, mustAppend(t, nil, raw, i, c))]
		var err error
		if got, _, err = d.Decode(got, block); err != nil || !bytes.Equal(got, raw) {
			t.Fatalf("block %d, %v: wrong, %v", i, c, err)
		}
		if c == None && &got[0] != &block[HeaderBytes] {
			t.Errorf("block %d was copied", i)
		}
		if c == None && cap(got) != len(got) {
			t.Errorf("block %d: the capacity goes beyond the block", i)
		}
	}
}

func TestAllocations(t *testing.T) {
	raw := records(64 << 10)
	for _, c := range compressions {
		var e Encoder
		var d Decoder
		var block, out []byte
		got := testing.AllocsPerRun(20, func() {
			block, _ = e.Append(block[:0], raw, 1, c)
			b, h, err := d.Decode(out, block)
			if err != nil {
				t.Fatal(err)
			}
			if h.Compression != None {
				out = b
			}
		})
		if got > 0 && !raceEnabled {
			t.Errorf("%v: %v allocations for a block", c, got)
		}
	}
}

func TestEveryBitCounts(t *testing.T) {
	var d Decoder
	for _, c := range compressions {
		block := mustAppend(t, nil, records(200), 9, c)
		for i := range 8 * len(block) {
			block[i/8] ^= 1 << (i % 8)
			if _, _, err := d.Decode(nil, block); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%v: bit %d of %d flipped: error %v", c, i, 8*len(block), err)
			}
			block[i/8] ^= 1 << (i % 8)
		}
		if _, _, err := d.Decode(nil, block); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryByteCounts(t *testing.T) {
	var d Decoder
	for _, c := range compressions {
		block := mustAppend(t, nil, records(200), 9, c)
		for n := range block {
			if _, _, err := d.Decode(nil, block[:n]); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%v: %d of %d bytes: error %v", c, n, len(block), err)
			}
		}
		if _, _, err := d.Decode(nil, append(block, 0)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%v: a byte too many: error %v", c, err)
		}
	}
}

func TestParseHeader(t *testing.T) {
	good := mustAppend(t, nil, make([]byte, 1000), 10, S2)
	for _, test := range []struct {
		name   string
		change func(b []byte)
		reason string
	}{
		{"magic", func(b []byte) { b[0] = 0 }, "no block begins here"},
		{"magic", func(b []byte) { b[1] = 0 }, "no block begins here"},
		{"version", func(b []byte) { b[2] = 2 }, "it has version 2, and only 1 is known"},
		{"compression", func(b []byte) { b[3] = 3 }, "compression 3 is unknown"},
		{"kind", func(b []byte) { b[3] = 0x40 }, "kind 4 is unknown"},
		{"stored", func(b []byte) { put32(b[4:], 1000) }, "it claims 1000 bytes, compressed to 1000"},
		{"stored", func(b []byte) { put32(b[4:], 1<<32-1) }, "compressed to 4294967295"},
		{"stored", func(b []byte) { b[3] = 0 }, "it claims 1000 bytes, stored as they are in"},
		{"raw", func(b []byte) { put32(b[8:], MaxRaw+1) }, "it claims 1073741825 bytes, over 1073741824"},
		{"raw", func(b []byte) { put32(b[8:], MaxRaw); put32(b[4:], MaxRaw/255) }, "compressed to 4210752"},
		{"raw", func(b []byte) { put32(b[8:], 0); put32(b[4:], 0) }, "it claims 0 bytes, compressed to 0"},
		{"rows", func(b []byte) { put32(b[12:], 1<<31) }, "it claims 2147483648 rows"},
	} {
		b := bytes.Clone(good)
		test.change(b)
		_, err := ParseHeader(b)
		wantCorrupt(t, err, test.reason)
	}
	put32(good[8:], MaxRaw)
	put32(good[4:], MaxRaw/255+1)
	if _, err := ParseHeader(good); err != nil {
		t.Errorf("the largest block: %v", err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = ParseHeader(good) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func put32(b []byte, v uint32) { binary.LittleEndian.PutUint32(b, v) }

// TestForged decodes blocks whose checksum is right.
func TestForged(t *testing.T) {
	zeros := make([]byte, 1<<20)
	z := func(raw []byte, o ...zstd.EOption) []byte {
		w, err := zstd.NewWriter(nil, append(o, zstd.WithEncoderConcurrency(1))...)
		if err != nil {
			t.Fatal(err)
		}
		return w.EncodeAll(raw, nil)
	}
	one := z(zeros, zstd.WithSingleSegment(true))
	other := s2.Encode(nil, zeros)
	window := z(zeros[:1000]) // without the size of the content, and with a window
	window[4] &^= 0xc0
	for _, test := range []struct {
		name   string
		stored []byte
		h      Header
		reason string
	}{
		{"s2: less", other, Header{Compression: S2, Raw: 1000}, "it claims 1000 bytes, and s2 1048576"},
		{"s2: more", s2.Encode(nil, zeros[:1000]), Header{Compression: S2, Raw: 1 << 20}, "it claims 1048576 bytes, and s2 1000"},
		{"s2: cut off", other[:len(other)-1], Header{Compression: S2, Raw: 1 << 20}, "s2: corrupt input"},
		{"s2: nothing", nil, Header{Compression: S2, Raw: 1}, "s2: corrupt input"},
		{"s2: only the size", binary.AppendUvarint(nil, 1<<20), Header{Compression: S2, Raw: 1 << 20}, "s2: corrupt input"},
		{"s2: huge", binary.AppendUvarint(nil, 1<<32-1), Header{Compression: S2, Raw: 1 << 20}, ""},
		{"zstd: less", one, Header{Compression: Zstd, Raw: 1000}, "it claims 1000 bytes, and zstd 1048576"},
		{"zstd: cut off", one[:len(one)-1], Header{Compression: Zstd, Raw: 1 << 20}, "zstd: "},
		{"zstd: two frames", append(bytes.Clone(one), one...), Header{Compression: Zstd, Raw: 1 << 20}, "zstd: "},
		{"zstd: two frames, one small", append(bytes.Clone(one), z([]byte("small"), zstd.WithSingleSegment(true))...), Header{Compression: Zstd, Raw: 1 << 20}, "it claims 1048576 bytes, and has 1048581"},
		{"zstd: two frames, one without a size", append(bytes.Clone(one), window...), Header{Compression: Zstd, Raw: 1 << 20}, "zstd: "},
		{"zstd: no frame", zeros[:20], Header{Compression: Zstd, Raw: 1000}, "zstd: "},
		{"zstd: nothing", nil, Header{Compression: Zstd, Raw: 1000}, "zstd: "},
		{"zstd: a window", window, Header{Compression: Zstd, Raw: 1000}, "its zstd frame is of another form"},
		{"an index", nil, Header{Kind: KindIndex}, "it holds an index, not rows"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var d Decoder
			block := forge(test.stored, test.h)
			before := allocated()
			_, _, err := d.Decode(nil, block)
			if n := allocated() - before; n > 4<<20 {
				t.Errorf("%d bytes allocated", n)
			}
			wantCorrupt(t, err, test.reason)
		})
	}
}

// allocated returns how many bytes have ever been allocated.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestErrorText(t *testing.T) {
	block := mustAppend(t, nil, records(100), 1, None)
	block[50] ^= 1
	var d Decoder
	_, _, err := d.Decode(nil, block)
	for _, test := range []struct {
		err  error
		want string
	}{
		{err, "block is corrupt: checksum differs"},
		{Locate(err, "spill-3.tmp", 1<<20), "spill-3.tmp: block at byte 1048576 is corrupt: checksum differs"},
		{Locate(Locate(err, "spill-3.tmp", 1<<20), "other", 0), "spill-3.tmp: block at byte 1048576 is corrupt: checksum differs"},
		{Locate(errors.New("x"), "spill-3.tmp", 1<<20), "x"},
		{Locate(nil, "spill-3.tmp", 1<<20), "<nil>"},
	} {
		if got := fmt.Sprint(test.err); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

type golden struct {
	raw  string
	rows int
	c    Compression
	hex  string
}

func (g golden) block(t testing.TB) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(g.hex, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// goldenBlocks must be read forever. The compressed ones need not be written
// byte for byte by other versions of the compressors.
var goldenBlocks = []golden{
	{"", 0, None, "a5ab0100 00000000 00000000 00000000 2970fa3a38f13279"},
	{"hello, block", 2, None, "a5ab0100 0c000000 0c000000 02000000 e7d6907ed47ea18c 68656c6c6f2c20626c6f636b"},
	{strings.Repeat("row ", 40), 40, S2, "a5ab0101 0c000000 a0000000 28000000 fad9dffd523a50a9 a0010c726f7720110415008c"},
	{strings.Repeat("row ", 40), 40, Zstd, "a5ab0102 15000000 a0000000 28000000 dbdf6d5150c3084c 28b52ffd20a065000020726f7720015404022b9903"},
}

func TestGoldenBlocks(t *testing.T) {
	var d Decoder
	for _, g := range goldenBlocks {
		block := g.block(t)
		raw, h, err := d.Decode(nil, block)
		if err != nil || string(raw) != g.raw || h.Rows != g.rows || h.Compression != g.c {
			t.Errorf("%v: read as %q, %+v, %v", g.c, raw, h, err)
		}
		if now := mustAppend(t, nil, []byte(g.raw), g.rows, g.c); g.c == None && !bytes.Equal(now, block) {
			t.Errorf("written as %x", now)
		}
	}
}
