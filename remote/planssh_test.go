//go:build unix

package remote

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df"
)

// The plans of this file run in processes that are started for them. The input is a file
// that all of them can open.

var (
	planWords = df.Func("remote: words", func(files []string) df.Stream[df.KV[string, int64]] {
		return df.CountBy(df.FlatMap(df.Lines(files...), strings.FieldsSeq), df.Self)
	})
	planSort = df.Func("remote: sort", func(files []string) df.Stream[string] {
		return df.SortBy(df.Lines(files...), func(line string) string { return line[:min(10, len(line))] })
	})
)

// TestPlanOverSSH: a plan on hosts that a real sshd leads to, twice, the second time without
// an upload; the files that peers read lie here, and so do those that are written.
func TestPlanOverSSH(t *testing.T) {
	d := startSSH(t)
	in := newPlanInput(t, 50_000)
	out := filepath.Join(t.TempDir(), "out")
	for range 2 {
		c := dial(t, Dialer{}, d.hosts(2)...)
		got, err := df.Collect(context.Background(), planWords([]string{in.path}), df.On(c))
		if err != nil {
			t.Fatal(err)
		}
		in.checkWords(t, got)
		if err := df.Run(context.Background(), df.WriteLines(planSort([]string{in.path}), out), df.On(c)); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(out); err != nil || string(text) != strings.Join(in.sorted, "\n")+"\n" {
			t.Errorf("the file is another one: %d bytes, %v", len(text), err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// planInput is a file, and what the plans make of it.
type planInput struct {
	path   string
	words  map[string]int64
	sorted []string
}

func newPlanInput(t *testing.T, lines int) *planInput {
	t.Helper()
	in := &planInput{path: filepath.Join(t.TempDir(), "in"), words: map[string]int64{}}
	for i := range lines {
		line := fmt.Sprintf("%010d word%d %s", i*7919%lines, i%97, strings.Repeat("x", i%50))
		in.sorted = append(in.sorted, line)
		for w := range strings.FieldsSeq(line) {
			in.words[w]++
		}
	}
	if err := os.WriteFile(in.path, []byte(strings.Join(in.sorted, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(in.sorted, func(a, b string) int { return cmp.Compare(a[:10], b[:10]) })
	return in
}

func (in *planInput) checkWords(t *testing.T, got []df.KV[string, int64]) {
	t.Helper()
	for _, kv := range got {
		if in.words[kv.Key] != kv.Value {
			t.Fatalf("%q: %d, not %d", kv.Key, kv.Value, in.words[kv.Key])
		}
	}
	if len(got) != len(in.words) {
		t.Errorf("%d words, not %d", len(got), len(in.words))
	}
}

func (in *planInput) checkSorted(t *testing.T, got []string) {
	t.Helper()
	if !slices.Equal(got, in.sorted) {
		t.Errorf("sorted otherwise: %d rows, not %d", len(got), len(in.sorted))
	}
}
