package remote

import (
	"fmt"
	"io"
	"testing"
)

// BenchmarkStream reads what a process of this machine writes, in chunks of
// 64 KiB; the limit is what a pipe alone carries, which BenchmarkPipe reads.
func BenchmarkStream(b *testing.B) {
	for _, window := range []int{256 << 10, 1 << 20, 4 << 20} {
		b.Run(fmt.Sprintf("window=%dKiB", window>>10), func(b *testing.B) {
			c := dial(b, Dialer{Window: window}, Local(1)...)
			b.SetBytes(100 << 20)
			b.ReportAllocs()
			for b.Loop() {
				s := open(b, c, 1, Header{Kind: kindFill, ID: 100 << 20})
				if n, err := io.CopyBuffer(onlyWriter{}, s, make([]byte, 64<<10)); n != 100<<20 || err != nil {
					b.Fatal(n, err)
				}
				_ = s.Close()
			}
		})
	}
}

type onlyWriter struct{}

func (onlyWriter) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkDirect reads what a peer writes over a link that it has with another,
// both in this process.
func BenchmarkDirect(b *testing.B) {
	a := testAuthority(b)
	p1 := join(b, a, 1, calm, nil)
	p2 := join(b, a, 2, calm, testService.Handlers[kindFill])
	b.SetBytes(100 << 20)
	b.ReportAllocs()
	for b.Loop() {
		s, err := p1.Open(b.Context(), 2, p2.addresses, Header{Kind: KindKept, ID: 100 << 20})
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.CopyBuffer(onlyWriter{}, s, make([]byte, 64<<10)); n != 100<<20 || err != nil {
			b.Fatal(n, err)
		}
		_ = s.Close()
	}
}
