package examples_test

import (
	"bufio"
	"bytes"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"anabranch.dev/bench/data"
)

// peak is the most memory that a process has had so far, in bytes; 0 when it has
// ended. It is the kernel's own number. (The one that comes with the exit code is
// not of the process alone: it begins with that of the process that started it.)
func peak(cmd *exec.Cmd) (n int64) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	for line := range bytes.Lines(status) {
		if _, err := fmt.Sscanf(string(line), "VmHWM: %d kB", &n); err == nil {
			return n << 10
		}
	}
	return 0
}

// runPeak runs a command and returns the most memory that it has had.
func runPeak(t *testing.T, name string, args ...string) (most int64) {
	t.Helper()
	cmd, end := start(t, nil, name, args...)
	ended := make(chan result)
	go func() { ended <- end() }()
	for {
		most = max(most, peak(cmd))
		select {
		case r := <-ended:
			if r.code != 0 || r.out+r.errors != "" {
				t.Fatalf("%s %q: exit code %d, printed %q", name, args, r.code, r.out+r.errors)
			}
			return most
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// lineSum is how many lines a file has, the sum of their checksums, and whether
// they are in order.
func lineSum(t *testing.T, path string) (lines, sum int64, sorted bool) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	scan := bufio.NewScanner(f)
	var last []byte
	for sorted = true; scan.Scan(); lines++ {
		line := scan.Bytes()
		sorted = sorted && bytes.Compare(last, line) <= 0
		last = append(last[:0], line...)
		sum += int64(crc32.ChecksumIEEE(line))
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	return lines, sum, sorted
}

// TestSortMemory sorts 400 MB with a budget that is a small part of that, and
// looks at how much memory the process has.
func TestSortMemory(t *testing.T) {
	if raced() {
		t.Skip("the race detector takes memory of its own")
	}
	if testing.Short() {
		t.Skip("sorts 400 MB several times")
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	write := func(k data.Kind) {
		f, err := os.Create(in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.WriteTo(f); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	const mib, beyond = 1 << 20, 64 << 20
	check := func(budget int64, name string, args ...string) {
		t.Helper()
		args = append(args, "-memory", fmt.Sprint(budget), "-tempdir", dir)
		if name == "sortlines" {
			args = append(args, "-o", out, in)
		} else {
			args = append(args, in, out)
		}
		most := runPeak(t, name, args...)
		t.Logf("%s: %d MiB with a budget of %d", name, most/mib, budget/mib)
		if most > budget+beyond || most == 0 {
			t.Errorf("%s %q had %d bytes of memory, want at most %d more than the budget", name, args, most, beyond)
		}
	}

	write(data.Records{Rows: 4_000_000, Seed: 5})
	lines, sum, _ := lineSum(t, in)
	for _, budget := range []int64{64 * mib, 128 * mib} {
		check(budget, "sortlines")
		if n, s, sorted := lineSum(t, out); n != lines || s != sum || !sorted {
			t.Errorf("a budget of %d: %d lines, sorted %v, with the sum %d, want %d and %d", budget, n, sorted, s, lines, sum)
		}
	}
	check(64*mib, "sortlines", "-key", "2,3", "-numeric", "-unique")

	write(data.Tera{Rows: 2_500_000, Seed: 6})
	_, end := start(t, nil, "terasort", "-check", in)
	check(64*mib, "terasort")
	if got, want := run(t, "terasort", "-check", out), end().out; got != want {
		t.Errorf("of the sorted file\n%sof the other\n%s", got, want)
	}
}
