package frame

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/cespare/xxhash/v2"
)

var benchData = []struct {
	name string
	raw  []byte
}{
	{"rows", records(64 << 10)},
	{"noise", noise(64 << 10)},
}

func BenchmarkEncode(b *testing.B) {
	for _, data := range benchData {
		for _, c := range compressions {
			b.Run(fmt.Sprintf("%s/%v", data.name, c), func(b *testing.B) {
				var e Encoder
				var block []byte
				b.SetBytes(int64(len(data.raw)))
				b.ReportAllocs()
				for b.Loop() {
					block, _ = e.Append(block[:0], data.raw, 1000, c)
				}
				b.ReportMetric(float64(len(data.raw))/float64(len(block)), "ratio")
			})
		}
		b.Run(data.name+"/seal", func(b *testing.B) {
			block := append(make([]byte, HeaderBytes), data.raw...)
			b.SetBytes(int64(len(data.raw)))
			b.ReportAllocs()
			for b.Loop() {
				Seal(block, 1000)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, data := range benchData {
		for _, c := range compressions {
			b.Run(fmt.Sprintf("%s/%v", data.name, c), func(b *testing.B) {
				block := mustAppend(b, nil, data.raw, 1000, c)
				var d Decoder
				var out []byte
				b.SetBytes(int64(len(data.raw)))
				b.ReportAllocs()
				for b.Loop() {
					raw, h, err := d.Decode(out, block)
					if err != nil {
						b.Fatal(err)
					}
					if h.Compression != None {
						out = raw
					}
				}
			})
		}
	}
}

// BenchmarkHash is the least that a block costs.
func BenchmarkHash(b *testing.B) {
	raw := records(64 << 10)
	b.SetBytes(int64(len(raw)))
	var sum uint64
	for b.Loop() {
		sum += xxhash.Sum64(raw)
	}
}

func BenchmarkReaderAt(b *testing.B) {
	for _, c := range compressions {
		b.Run(c.String(), func(b *testing.B) {
			var file []byte
			for range 100 {
				file = mustAppend(b, file, benchData[0].raw, 1000, c)
			}
			b.SetBytes(int64(100 * len(benchData[0].raw)))
			b.ReportAllocs()
			for b.Loop() {
				r := NewReaderAt("", bytes.NewReader(file), int64(len(file)))
				for off := int64(0); off < int64(len(file)); {
					_, h, err := r.At(off)
					if err != nil {
						b.Fatal(err)
					}
					off += int64(h.Bytes())
				}
			}
		})
	}
}
