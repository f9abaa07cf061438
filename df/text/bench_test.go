package text

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// benchLines returns lines of about 70 bytes of words of about 6, each begun by capital on the given
// percentage of words.
func benchLines(percent int, letters []rune) []string {
	r := rand.New(rand.NewPCG(1, 2))
	lines := make([]string, 4096)
	for i := range lines {
		var b strings.Builder
		for b.Len() < 65 {
			word := make([]rune, 1+r.IntN(11))
			for j := range word {
				word[j] = letters[r.IntN(len(letters))]
			}
			w := string(word)
			if r.IntN(100) < percent {
				w = strings.ToUpper(w[:1]) + w[1:]
			}
			b.WriteString(w + " ")
		}
		lines[i] = b.String()
	}
	return lines
}

var latin = []rune("abcdefghijklmnopqrstuvwxyz")

// benchBatch runs f over batches of 256 lines and reports the time per result.
func benchBatch(b *testing.B, name string, lines []string, f func(dst, in []string) []string) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		var dst []string
		results, at := 0, 0
		for b.Loop() {
			dst = f(dst[:0], lines[at:at+256])
			results += len(dst)
			at = (at + 256) % len(lines)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(results), "ns/result")
	})
}

// each makes a batch function of one for a line.
func each(f func(dst []string, s string) []string) func(dst, in []string) []string {
	return func(dst, in []string) []string {
		for _, s := range in {
			dst = f(dst, s)
		}
		return dst
	}
}

// handFields is the loop one writes by hand, right for ASCII only.
func handFields(dst []string, s string) []string {
	start := -1
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ' || c-'\t' < 5:
			if start >= 0 {
				dst = append(dst, s[start:i])
				start = -1
			}
		case start < 0:
			start = i
		}
	}
	if start >= 0 {
		dst = append(dst, s[start:])
	}
	return dst
}

func BenchmarkFields(b *testing.B) {
	for _, in := range []struct {
		name  string
		lines []string
	}{
		{"ascii", benchLines(15, latin)},
		{"german", benchLines(15, []rune("abcdefghijklmnopqrstuvwxyzäöüß"))},
		{"russian", benchLines(0, []rune("абвгдежзийклмнопрстуфхцчшщъыьэюя"))},
	} {
		b.Run(in.name, func(b *testing.B) {
			benchBatch(b, "Fields", in.lines, each(Fields[string]))
			benchBatch(b, "LowerFields", in.lines, LowerFields[string])
			benchBatch(b, "hand", in.lines, each(handFields))
			benchBatch(b, "strings.Fields", in.lines, each(func(dst []string, s string) []string {
				return append(dst, strings.Fields(s)...)
			}))
			benchBatch(b, "strings.Fields+ToLower", in.lines, each(func(dst []string, s string) []string {
				for _, w := range strings.Fields(s) {
					dst = append(dst, strings.ToLower(w))
				}
				return dst
			}))
			benchBatch(b, "LowerAll", in.lines, LowerAll[string])
			benchBatch(b, "strings.ToLower", in.lines, each(func(dst []string, s string) []string {
				return append(dst, strings.ToLower(s))
			}))
		})
	}
}

func BenchmarkSplit(b *testing.B) {
	lines := benchLines(0, latin)
	for i, s := range lines {
		lines[i] = strings.ReplaceAll(s, " ", ",")
	}
	benchBatch(b, "Split", lines, each(func(dst []string, s string) []string { return Split(dst, s, ',') }))
	benchBatch(b, "strings.Split", lines, each(func(dst []string, s string) []string {
		return append(dst, strings.Split(s, ",")...)
	}))
	benchBatch(b, "strings.Cut", lines, each(func(dst []string, s string) []string {
		for found := true; found; {
			var part string
			part, s, found = strings.Cut(s, ",")
			dst = append(dst, part)
		}
		return dst
	}))
	for _, i := range []int{0, 3, 8} {
		b.Run("at="+strconv.Itoa(i), func(b *testing.B) {
			benchBatch(b, "Field", lines, each(func(dst []string, s string) []string {
				part, _ := Field(s, ',', i)
				return append(dst, part)
			}))
			benchBatch(b, "strings.Cut", lines, each(func(dst []string, s string) []string {
				var part string
				for range i + 1 {
					part, s, _ = strings.Cut(s, ",")
				}
				return append(dst, part)
			}))
		})
	}
}

// weather returns lines such as "Hamburg;-12.3".
func weather() []string {
	r := rand.New(rand.NewPCG(5, 6))
	stations := make([]string, 413)
	for i := range stations {
		stations[i] = strings.Repeat("Station", 3)[:3+r.IntN(13)]
	}
	lines := make([]string, benchInputs)
	for i := range lines {
		lines[i] = stations[r.IntN(len(stations))] + ";" + strconv.FormatFloat(r.NormFloat64()*10+12, 'f', 1, 64)
	}
	return lines
}

// benchInputs are more than the branch predictor learns by heart.
const benchInputs = 1 << 15

// benchEach runs f over the inputs, one at a time.
func benchEach(b *testing.B, name string, in []string, f func(s string) int64) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		var sum int64
		i := 0
		for b.Loop() {
			sum += f(in[i%benchInputs])
			i++
		}
		if sum == 1 {
			b.Log(sum)
		}
	})
}

// handTenths reads -d.d or -dd.d and trusts its input.
func handTenths(s string) int64 {
	i, neg := 0, s[0] == '-'
	if neg {
		i = 1
	}
	v := int64(s[i] - '0')
	if s[i+1] != '.' {
		v = v*10 + int64(s[i+1]-'0')
	}
	v = v*10 + int64(s[len(s)-1]-'0')
	if neg {
		return -v
	}
	return v
}

func BenchmarkWeather(b *testing.B) {
	lines := weather()
	numbers := make([]string, len(lines))
	for i, s := range lines {
		_, numbers[i], _ = strings.Cut(s, ";")
	}
	benchEach(b, "none", lines, func(s string) int64 { return int64(len(s)) })
	benchEach(b, "CutLast+Decimal", lines, func(s string) int64 {
		name, number, _ := CutLast(s, ';')
		v, _ := Decimal(number, 1)
		return v + int64(len(name))
	})
	benchEach(b, "CutLast+hand", lines, func(s string) int64 {
		name, number, _ := CutLast(s, ';')
		return handTenths(number) + int64(len(name))
	})
	benchEach(b, "strings.Cut+ParseFloat", lines, func(s string) int64 {
		name, number, _ := strings.Cut(s, ";")
		v, _ := strconv.ParseFloat(number, 64)
		return int64(v*10) + int64(len(name))
	})
	benchEach(b, "CutLast", lines, func(s string) int64 { n, _, _ := CutLast(s, ';'); return int64(len(n)) })
	benchEach(b, "Cut", lines, func(s string) int64 { n, _, _ := Cut(s, ';'); return int64(len(n)) })
	benchEach(b, "strings.Cut", lines, func(s string) int64 { n, _, _ := strings.Cut(s, ";"); return int64(len(n)) })
	benchEach(b, "Decimal", numbers, func(s string) int64 { v, _ := Decimal(s, 1); return v })
	benchEach(b, "hand", numbers, handTenths)
	benchEach(b, "Float", numbers, func(s string) int64 { v, _ := Float(s); return int64(v) })
	benchEach(b, "strconv.ParseFloat", numbers, func(s string) int64 { v, _ := strconv.ParseFloat(s, 64); return int64(v) })
}

// BenchmarkNumbers parses numbers of n to n+2 digits.
func BenchmarkNumbers(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{3, 7, 12, 16} {
		in, floats := make([]string, benchInputs), make([]string, benchInputs)
		for i := range in {
			v := r.Uint64()
			for range 20 - n - i%3 {
				v /= 10
			}
			in[i] = strconv.FormatUint(v, 10)
			floats[i] = in[i][:1] + "." + in[i][1:]
		}
		b.Run("digits="+strconv.Itoa(n), func(b *testing.B) {
			benchEach(b, "Int", in, func(s string) int64 { v, _ := Int(s); return v })
			benchEach(b, "strconv.ParseInt", in, func(s string) int64 { v, _ := strconv.ParseInt(s, 10, 64); return v })
			benchEach(b, "hand", in, func(s string) (v int64) {
				for i := range len(s) {
					v = v*10 + int64(s[i]-'0')
				}
				return v
			})
			benchEach(b, "Float", floats, func(s string) int64 { v, _ := Float(s); return int64(v) })
			benchEach(b, "strconv.ParseFloat", floats, func(s string) int64 { v, _ := strconv.ParseFloat(s, 64); return int64(v) })
		})
	}
}
