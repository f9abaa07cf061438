package micro

import (
	"bufio"
	"bytes"
	"iter"
	"maps"
	"os"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/text"
)

// counts is how often each word occurs, every word once.
type counts iter.Seq2[string, int64]

// wordForms count the words of a text.
func wordForms(path string) []form[counts] {
	forms := []form[counts]{
		{"hand/Scanner", func(tb testing.TB) counts { return scanWords(tb, path, (*bufio.Scanner).Bytes) }},
		{"hand/maps/workers=1", func(tb testing.TB) counts { return wordsByHand(tb, path, 1, asIs) }},
		{"hand/maps/workers=2", func(tb testing.TB) counts { return wordsByHand(tb, path, 2, asIs) }},
	}
	for _, w := range workerCounts {
		forms = append(forms,
			form[counts]{"df/FieldsSeq/" + w.name, func(tb testing.TB) counts { return collected(tb, fieldsOf(path), w.option) }},
			form[counts]{"df/Lines/" + w.name, func(tb testing.TB) counts { return collected(tb, wordsOf(df.Lines(path)), w.option) }},
			form[counts]{"df/LineViews/" + w.name, func(tb testing.TB) counts { return collected(tb, wordsOf(df.LineViews(path)), w.option) }})
	}
	return forms
}

// lowerForms count the words of a text, lower-cased.
func lowerForms(path string) []form[counts] {
	lowerBytes := func(s *bufio.Scanner) []byte { return bytes.ToLower(s.Bytes()) }
	forms := []form[counts]{
		{"hand/Scanner", func(tb testing.TB) counts { return scanWords(tb, path, lowerBytes) }},
		{"hand/maps/workers=1", func(tb testing.TB) counts { return wordsByHand(tb, path, 1, lowerInPlace) }},
		{"hand/maps/workers=2", func(tb testing.TB) counts { return wordsByHand(tb, path, 2, lowerInPlace) }},
	}
	for _, w := range workerCounts {
		forms = append(forms,
			form[counts]{"df/FieldsSeq/" + w.name, func(tb testing.TB) counts { return collected(tb, lowerFieldsOf(path), w.option) }},
			form[counts]{"df/Lines/" + w.name, func(tb testing.TB) counts { return collected(tb, lowerWordsOf(df.Lines(path)), w.option) }},
			form[counts]{"df/LineViews/" + w.name, func(tb testing.TB) counts { return collected(tb, lowerWordsOf(df.LineViews(path)), w.option) }})
	}
	return forms
}

// wordsOf is the fast form of a word count.
func wordsOf[S ~string](lines df.Stream[S]) df.Stream[df.KV[S, int64]] {
	return df.CountBy(df.Expand(lines, text.Fields), df.Self)
}

func lowerWordsOf[S ~string](lines df.Stream[S]) df.Stream[df.KV[S, int64]] {
	return df.CountBy(df.MapBatch(lines, text.LowerFields), df.Self)
}

// fieldsOf is the word count that needs the standard library alone.
func fieldsOf(path string) df.Stream[df.KV[string, int64]] {
	return df.CountBy(df.FlatMap(df.Lines(path), strings.FieldsSeq), df.Self)
}

func lowerFieldsOf(path string) df.Stream[df.KV[string, int64]] {
	return df.CountBy(df.FlatMap(df.Lines(path), strings.FieldsSeq), strings.ToLower)
}

func collected[S ~string](tb testing.TB, s df.Stream[df.KV[S, int64]], options ...df.Option) counts {
	rows := rowsOf(tb, s, options...)
	return func(yield func(string, int64) bool) {
		for _, kv := range rows {
			if !yield(string(kv.Key), kv.Value) {
				return
			}
		}
	}
}

// scanWords is the program that one writes first.
func scanWords(tb testing.TB, path string, word func(*bufio.Scanner) []byte) counts {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Split(bufio.ScanWords)
	m := map[string]*int64{}
	for s.Scan() {
		count(m, word(s))
	}
	if err := s.Err(); err != nil {
		tb.Fatal(err)
	}
	return values(m)
}

// wordsByHand gives each goroutine a map, and puts the maps together in the end.
func wordsByHand(tb testing.TB, path string, workers int, prepare func(block []byte)) counts {
	all := make([]map[string]*int64, workers)
	for i := range all {
		all[i] = map[string]*int64{}
	}
	eachBlock(tb, path, workers, func(worker int, block []byte) {
		prepare(block)
		m, start := all[worker], 0
		for i, c := range block {
			if c == ' ' || c == '\n' {
				if start < i {
					count(m, block[start:i])
				}
				start = i + 1
			}
		}
	})
	total := all[0]
	for _, m := range all[1:] {
		for word, n := range m {
			if t := total[word]; t != nil {
				*t += *n
			} else {
				total[word] = n
			}
		}
	}
	return values(total)
}

func asIs([]byte) {}

// lowerInPlace is right for ASCII.
func lowerInPlace(block []byte) {
	for i, c := range block {
		if 'A' <= c && c <= 'Z' {
			block[i] = c | 0x20
		}
	}
}

func count(m map[string]*int64, word []byte) {
	if n := m[string(word)]; n != nil {
		*n++
		return
	}
	n := int64(1)
	m[string(word)] = &n
}

func values(m map[string]*int64) counts {
	return func(yield func(string, int64) bool) {
		for word, n := range m {
			if !yield(word, *n) {
				return
			}
		}
	}
}

const capitals = 0.15 // share of words with a capital, where they are lower-cased

func BenchmarkWordCount(b *testing.B) {
	b.Run("plain", func(b *testing.B) { runFile(b, benchSize.words(b, 570e3, 0), wordForms) })
	b.Run("lower", func(b *testing.B) { runFile(b, benchSize.words(b, 570e3, capitals), lowerForms) })
	b.Run("many", func(b *testing.B) { runFile(b, benchSize.words(b, 5.5e6, 0), wordForms) })
}

func TestWordCount(t *testing.T) {
	t.Run("plain", func(t *testing.T) { testCounts(t, wordForms(testSize.words(t, 570e3, 0))) })
	t.Run("lower", func(t *testing.T) { testCounts(t, lowerForms(testSize.words(t, 570e3, capitals))) })
}

// testCounts holds every form against the first.
func testCounts(t *testing.T, forms []form[counts]) {
	want := maps.Collect(iter.Seq2[string, int64](forms[0].run(t)))
	if len(want) < 500 {
		t.Fatalf("only %d words", len(want))
	}
	for _, f := range forms[1:] {
		got := map[string]int64{}
		for word, n := range f.run(t) {
			if got[word] != 0 {
				t.Errorf("%s: %q comes twice", f.name, word)
			}
			got[word] += n
		}
		sameMap(t, f.name, want, got)
	}
}
