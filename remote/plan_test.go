package remote_test

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
	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

var wordCount = df.Func("word count", func(glob string) df.Stream[df.KV[string, int64]] {
	return df.CountBy(df.FlatMap(df.Lines(glob), strings.FieldsSeq), df.Self)
})

var sortLines = df.Func("sort lines", func(glob string) df.Stream[string] {
	return df.SortBy(df.Lines(glob), df.Self)
})

func inProcess(t *testing.T, n int) *remote.Cluster {
	t.Helper()
	hosts := append(remotetest.Hosts(n-1, remote.Service{}), remotetest.Hosts(1, remote.Service{Hostname: "elsewhere"})...)
	c, err := remote.Dial(context.Background(), hosts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func textFile(t *testing.T, lines int) (path string, words map[string]int64, all []string) {
	t.Helper()
	words = map[string]int64{}
	var b strings.Builder
	for i := range lines {
		line := fmt.Sprintf("w%d the %d x%d", i%1000, i, i*7919%lines)
		for w := range strings.FieldsSeq(line) {
			words[w]++
		}
		all = append(all, line)
		b.WriteString(line + "\n")
	}
	path = filepath.Join(t.TempDir(), "in.txt")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, words, all
}

func TestPlanOnPeers(t *testing.T) {
	path, words, lines := textFile(t, 200_000)
	c := inProcess(t, 3)
	ctx := context.Background()
	got, err := df.Collect(ctx, wordCount(path), df.On(c))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(words) {
		t.Errorf("%d words, not %d", len(got), len(words))
	}
	for _, kv := range got {
		if words[kv.Key] != kv.Value {
			t.Fatalf("%q: %d, not %d", kv.Key, kv.Value, words[kv.Key])
		}
	}
	sorted, err := df.Collect(ctx, sortLines(path), df.On(c))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(lines, cmp.Compare[string])
	if !slices.Equal(sorted, lines) {
		t.Errorf("sorted otherwise: %d lines, not %d", len(sorted), len(lines))
	}
}
