package spill

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"
)

type benchRec struct {
	Name  string
	ID    int64
	Value float64
	Tags  []string
}

type benchPoint struct{ X, Y, Z, W float64 }

const benchRows = 8192

func benchRecs() []benchRec {
	rows := make([]benchRec, benchRows)
	for i := range rows {
		rows[i] = benchRec{Name: fmt.Sprintf("user%05d", i), ID: int64(i), Value: float64(i) / 3}
		for j := range i % 4 {
			rows[i].Tags = append(rows[i].Tags, fmt.Sprintf("tag%05d%d", i, j))
		}
	}
	return rows
}

func BenchmarkCodec(b *testing.B) {
	b.Run("record", func(b *testing.B) { benchCodec(b, benchRecs()) })
	b.Run("point", func(b *testing.B) { benchCodec(b, make([]benchPoint, benchRows)) })
	words := make([]string, benchRows)
	for i := range words {
		words[i] = fmt.Sprintf("word%05d", i)
	}
	b.Run("string", func(b *testing.B) { benchCodec(b, words) })
	maps := make([]map[string]int, benchRows)
	for i := range maps {
		maps[i] = map[string]int{words[i]: i, "a": 1, "b": 2}
	}
	b.Run("map", func(b *testing.B) { benchCodec(b, maps) })
}

func benchCodec[T any](b *testing.B, rows []T) {
	c := mustCodec[T](b)
	var buf []byte
	b.Run("Append", func(b *testing.B) {
		defer reportRows(b, len(appendAll(c, nil, rows)))
		for b.Loop() {
			buf = buf[:0]
			for i := range rows {
				buf = c.Append(buf, rows[i])
			}
		}
	})
	b.Run("appendAll", func(b *testing.B) {
		defer reportRows(b, len(buf))
		for b.Loop() {
			buf = appendAll(c, buf[:0], rows)
		}
	})
	buf = appendAll(c, nil, rows)
	out := make([]T, len(rows))
	b.Run("Decode", func(b *testing.B) {
		defer reportRows(b, len(buf))
		for b.Loop() {
			at := 0
			for i := range out {
				v, n, err := c.Decode(buf[at:])
				if err != nil {
					b.Fatal(err)
				}
				out[i] = v
				at += n
			}
		}
	})
	b.Run("decodeAll", func(b *testing.B) {
		defer reportRows(b, len(buf))
		for b.Loop() {
			if _, err := decodeAll(c, out, buf); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// reportRows reports the costs of one row, for a benchmark of benchRows.
func reportRows(b *testing.B, bytes int) {
	b.ReportAllocs()
	b.SetBytes(int64(bytes))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

// BenchmarkCodecByHand is what the record of BenchmarkCodec costs without a codec.
func BenchmarkCodecByHand(b *testing.B) {
	rows := benchRecs()
	buf := appendRecs(nil, rows)
	b.Run("append", func(b *testing.B) {
		defer reportRows(b, len(buf))
		for b.Loop() {
			buf = appendRecs(buf[:0], rows)
		}
	})
	b.Run("decode", func(b *testing.B) {
		defer reportRows(b, len(buf))
		for b.Loop() {
			decodeRecs(rows, buf)
		}
	})
}

func appendRecs(b []byte, rows []benchRec) []byte {
	for i := range rows {
		r := &rows[i]
		b = append(binary.AppendUvarint(b, uint64(len(r.Name))), r.Name...)
		b = binary.LittleEndian.AppendUint64(b, uint64(r.ID))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(r.Value))
		b = binary.AppendUvarint(b, uint64(len(r.Tags)))
		for _, s := range r.Tags {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
	}
	return b
}

// decodeRecs trusts the bytes.
func decodeRecs(rows []benchRec, src []byte) {
	text := func() string {
		size, n := binary.Uvarint(src)
		s := viewOf(src[n : n+int(size)])
		src = src[n+int(size):]
		return s
	}
	for i := range rows {
		r := &rows[i]
		r.Name = text()
		r.ID = int64(binary.LittleEndian.Uint64(src))
		r.Value = math.Float64frombits(binary.LittleEndian.Uint64(src[8:]))
		size, n := binary.Uvarint(src[16:])
		src = src[16+n:]
		r.Tags = nil
		if size > 0 {
			r.Tags = make([]string, size)
		}
		for j := range r.Tags {
			r.Tags[j] = text()
		}
	}
}
