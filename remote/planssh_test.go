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
	dir := t.TempDir()
	var lines []string
	words := map[string]int64{}
	for i := range 50_000 {
		line := fmt.Sprintf("%010d word%d %s", i*7919%50_000, i%97, strings.Repeat("x", i%50))
		lines = append(lines, line)
		for w := range strings.FieldsSeq(line) {
			words[w]++
		}
	}
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(lines, func(a, b string) int { return cmp.Compare(a[:10], b[:10]) })
	for range 2 {
		c := dial(t, Dialer{}, d.hosts(2)...)
		got, err := df.Collect(context.Background(), planWords([]string{in}), df.On(c))
		if err != nil {
			t.Fatal(err)
		}
		for _, kv := range got {
			if words[kv.Key] != kv.Value {
				t.Fatalf("%q: %d, not %d", kv.Key, kv.Value, words[kv.Key])
			}
		}
		if len(got) != len(words) {
			t.Errorf("%d words, not %d", len(got), len(words))
		}
		if err := df.Run(context.Background(), df.WriteLines(planSort([]string{in}), out), df.On(c)); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(out); err != nil || string(text) != strings.Join(lines, "\n")+"\n" {
			t.Errorf("the file is another one: %d bytes, %v", len(text), err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
