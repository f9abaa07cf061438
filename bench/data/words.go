package data

import (
	"fmt"
	"io"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Words is a text of lower-case words separated by single blanks, in lines of about 73 bytes, each ended by a
// newline. The word of rank r is drawn with a probability close to 1/r, as in natural language (Zipf's law with
// exponent 1), and frequent words are short: 3 to 12 letters.
//
// A gigabyte holds about 150 million words, which is enough to show every one of 570,000; of rare words in a
// short text some will be missing, see Distinct.
type Words struct {
	Bytes    int64   // size; every MiB ends with a whole line, so the file is longer by up to a line for each
	Distinct int     // words to draw from; nearly all occur if there are at least 20 words of text for each
	Capital  float64 // share of words, 0 to 1, whose first letter is a capital
	Seed     uint64
}

const (
	wordChunk = 1 << 20 // bytes of text with their own random numbers
	lineFill  = 70      // a line ends with the word that reaches this length
	minWord   = 3
	maxWord   = 12
)

// Name implements [Kind].
func (k Words) Name() string {
	return fmt.Sprintf("words-b%d-d%d-c%g-s%d.txt", k.Bytes, k.Distinct, k.Capital, k.Seed)
}

// WriteTo implements [Kind].
func (k Words) WriteTo(w io.Writer) (int64, error) {
	switch {
	case k.Bytes < 0:
		panic("data: Words.Bytes is negative")
	case k.Distinct < 1 || k.Distinct > 1<<28:
		panic("data: Words.Distinct is outside 1..1<<28")
	case !(k.Capital >= 0 && k.Capital <= 1):
		panic("data: Words.Capital is outside 0..1")
	}
	words, ranks := vocabulary(k.Distinct, k.Seed), newZipf(k.Distinct)
	capitals := uint64(k.Capital * (1 << 32))
	chunks := int((k.Bytes + wordChunk - 1) / wordChunk)
	return writeChunks(w, chunks, k.Seed, func(dst []byte, i int, rnd *rand.PCG) []byte {
		size := min(wordChunk, k.Bytes-int64(i)*wordChunk)
		return appendText(dst, int(size), words, ranks, capitals, rnd)
	})
}

// appendText appends lines until there are at least size bytes of them.
func appendText(dst []byte, size int, words []word, ranks *zipf, capitals uint64, rnd *rand.PCG) []byte {
	const slack = lineFill + 2*len(word{}) // the line and the word that pass size
	if cap(dst) < size+slack {
		dst = make([]byte, 0, size+slack)
	}
	buf := dst[:cap(dst)]
	n, line := 0, 0 // line: where the current line starts
	for line < size {
		r := rnd.Uint64()
		w := &words[ranks.rank(r>>32)-1]
		copy(buf[n:n+len(w)], w[:])
		if r&math.MaxUint32 < capitals {
			buf[n] -= 'a' - 'A'
		}
		n += int(w[len(w)-1])
		if n-line > lineFill {
			buf[n-1] = '\n'
			line = n
		}
	}
	return buf[:n]
}

// A word is 3 to 12 letters and a blank; the last byte is the length of both together. The fixed size lets the
// writer copy without asking how long a word is.
type word [16]byte

// vocabulary returns n different words, the most frequent first.
func vocabulary(n int, seed uint64) []word {
	var used [maxWord + 1]uint64 // words of each length so far
	rnd := rand.NewPCG(seed, 0xd1c7)
	words := make([]word, n)
	for i := range words {
		length := wordLength(i+1, rnd.Uint64())
		for used[length] == lettersPow[length] {
			length++
		}
		spell(&words[i], length, used[length], seed)
		used[length]++
	}
	return words
}

// wordLength draws the length of the word of the given rank: 3 or 4 letters for the first, about 9 for the
// millionth.
func wordLength(rank int, r uint64) int {
	spread := int(r>>32&0xffff+r&0xffff) - 0xffff // highest at 0, at most 0xffff either way
	return min(max((3000+286*bits.Len(uint(rank))+3000*spread/0xffff)/1000, minWord), maxWord)
}

// lettersPow[l] is the number of words of l letters.
var lettersPow = func() (p [maxWord + 1]uint64) {
	p[0] = 1
	for l := 1; l < len(p); l++ {
		p[l] = p[l-1] * 26
	}
	return p
}()

// spell writes word number i of a length. The number is scattered by a multiplication modulo the number of such
// words; the factor shares no divisor with 26, so different numbers stay different words.
func spell(w *word, length int, i, seed uint64) {
	space := lettersPow[length]
	hi, lo := bits.Mul64(i, 0x9E3779B97F4A7C15)
	_, x := bits.Div64(hi%space, lo, space)
	x = (x + scatter(seed+1, 64)%space) % space
	for l := length - 1; l >= 0; l-- {
		w[l] = 'a' + byte(x%26)
		x /= 26
	}
	w[length] = ' '
	w[len(w)-1] = byte(length + 1)
}

// A zipf turns uniform random numbers into ranks 1..n with probabilities log((r+1)/r) / log(n+1), which is nearly
// proportional to 1/r. That is the logarithm's own distribution: 2 to the power of a uniform number, rounded down.
// It is computed in integers from one table, so that every machine draws the same ranks.
type zipf struct {
	n    uint64
	span uint64                  // log2(n+1), scaled by 2^32
	pow  [1<<zipfBits + 1]uint64 // 2^(i/len), scaled by 2^32
}

const zipfBits = 10

func newZipf(n int) *zipf {
	z := &zipf{n: uint64(n), span: uint64(math.Log2(float64(n)+1) * (1 << 32))}
	for i := range z.pow {
		z.pow[i] = uint64(math.Round(math.Exp2(float64(i)/(1<<zipfBits)) * (1 << 32)))
	}
	return z
}

// rank turns a uniform number of 32 bits into a rank.
func (z *zipf) rank(u uint64) uint64 {
	hi, _ := bits.Mul64(u<<32, z.span) // log2 of the rank, scaled by 2^32
	whole, frac := hi>>32, hi&math.MaxUint32
	i, within := frac>>(32-zipfBits), frac&(1<<(32-zipfBits)-1)
	x := z.pow[i] + (z.pow[i+1]-z.pow[i])*within>>(32-zipfBits)
	return min(x<<whole>>32, z.n)
}
