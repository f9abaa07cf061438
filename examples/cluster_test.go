package examples_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// deployments are where cluster runs a plan.
var deployments = [][]string{nil, {"-local", "1", "-slots", "3"}, {"-local", "2"}, {"-local", "3", "-memory", "64MiB"}}

func TestClusterWords(t *testing.T) {
	text := ascii(2<<20) + unicodeText
	first, second := file(t, text[:1<<20]), file(t, text[1<<20:])
	want := strings.Join(strings.SplitAfter(countWords(text[:1<<20]+"\n"+text[1<<20:]), "\n")[:10], "")
	for _, where := range deployments {
		if got := run(t, "cluster", append(slices.Clip(where), "words", first, second)...); got != want {
			t.Errorf("%q: %s", where, difference(got, want))
		}
	}
}

func TestClusterSort(t *testing.T) {
	lines := slices.Collect(strings.SplitSeq(ascii(1<<20), "\n"))
	in := file(t, strings.Join(lines, "\n")+"\n")
	tenth := func(line string) string { return line[:min(10, len(line))] }
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(tenth(a), tenth(b)) })
	want := strings.Join(lines, "\n") + "\n"
	for _, where := range deployments {
		out := filepath.Join(t.TempDir(), "out.txt")
		if got := run(t, "cluster", append(slices.Clip(where), "sort", in, out)...); got != "" || read(t, out) != want {
			t.Errorf("%q: printed %q, %s", where, got, difference(read(t, out), want))
		}
	}
}

// TestClusterStandardInput: only the driver has it.
func TestClusterStandardInput(t *testing.T) {
	_, end := start(t, strings.NewReader("a b\nB"), "cluster", "-local", "2", "words", "-")
	if r := end(); r.code != 0 || r.out != "2\tb\n1\ta\n" || r.errors != "" {
		t.Errorf("exit code %d, printed %q", r.code, r.out+r.errors)
	}
}

// TestClusterAnalyze: the lines of peers stand below the plan.
func TestClusterAnalyze(t *testing.T) {
	_, end := start(t, nil, "cluster", "-local", "2", "-analyze", "words", file(t, "a b\nB"))
	r := end()
	for _, part := range []string{"count by", "3 → 2", "peer 1 (local)", "peer 2 (local)"} {
		if r.code != 0 || !strings.Contains(r.errors, part) {
			t.Errorf("exit code %d, no %q in\n%s", r.code, part, r.errors)
		}
	}
}

// TestClusterWithoutAHost: the other peers do it, and the one that is missing is told of.
func TestClusterWithoutAHost(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // without ssh
	path := file(t, "a b\nB")
	_, end := start(t, nil, "cluster", "-hosts", "node1", "-local", "1", "words", path)
	if r := end(); r.code != 0 || r.out != "2\tb\n1\ta\n" || !strings.HasPrefix(r.errors, "cluster: going on without peer 1 (node1): launch: ") {
		t.Errorf("exit code %d, printed %q and %q", r.code, r.out, r.errors)
	}
	_, end = start(t, nil, "cluster", "-hosts", "node1,node2", "words", path)
	if r := end(); r.code != 1 || r.out != "" || !strings.HasPrefix(r.errors, "cluster: remote: 0 of 2 hosts reached: peer 1 (node1): launch: ") {
		t.Errorf("exit code %d, printed %q and %q", r.code, r.out, r.errors)
	}
}

// TestClusterHosts reads the file of hosts before anything is dialled.
func TestClusterHosts(t *testing.T) {
	hosts := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(hosts, []byte("node1 slots=2\nnode2 slot=2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, end := start(t, nil, "cluster", "-hosts", hosts, "words", "in.txt")
	if r := end(); r.code != 2 || !strings.Contains(r.errors, "hosts:2: unknown slot=; there are slots=, dir=, binary= and direct=") {
		t.Errorf("exit code %d, printed %q", r.code, r.errors)
	}
}

// TestRemoteProgram: the program of docs/remote.md is complete.
func TestRemoteProgram(t *testing.T) {
	_, program, ok := strings.Cut(read(t, "../docs/remote.md"), "```go\npackage main\n")
	program, _, ends := strings.Cut(program, "\n```")
	if !ok || !ends {
		t.Fatal("docs/remote.md does not begin with a program")
	}
	countsWords(t, "package main\n"+program)
}
