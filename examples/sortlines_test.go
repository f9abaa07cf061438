package examples_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"anabranch.dev/bench/data"
)

// sortProgram is what the program sort makes of files.
func sortProgram(t *testing.T, args ...string) string {
	t.Helper()
	version, err := exec.Command("sort", "--version").Output()
	if err != nil || !bytes.Contains(version, []byte("GNU coreutils")) {
		t.Skipf("the program sort is not there, or not that of GNU: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), "sort", args...)
	cmd.Env = append(cmd.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// table is text of n bytes: lines of fields with few values, among them numbers
// of all sorts, and white space of all sorts between them.
func table(n int) string {
	rnd := rand.New(rand.NewPCG(7, 8))
	values := []string{"a", "b", "B", "-", ".", "0", "00", "1", "01", "1.0", "1.", "-1", "-1.0", "-01", "1.5", "1.50", "-1.5", ".5", "-.5", "12", "2", "123456789012345678901234567890",
		"-123456789012345678901234567890", "123456789012345678901234567891", "0.000000000000000000000001", "1e3", "+1", "1,000", "1x", "--1", "ä", "\x00", "1\x002", "\xff"}
	blanks := []string{" ", " ", " ", "  ", "\t", " \t", "\v", "\r ", "\u00a0"}
	var b strings.Builder
	for b.Len() < n {
		for range rnd.IntN(5) {
			if rnd.IntN(8) > 0 {
				b.WriteString(blanks[rnd.IntN(len(blanks))])
			}
			b.WriteString(values[rnd.IntN(len(values))])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// flagSets are all combinations of flags, for sortlines and for sort.
func flagSets() (ours, theirs [][]string) {
	for _, key := range []string{"", "1,1", "2,3", "2"} {
		for i := range 8 {
			var o, s []string
			if key != "" {
				o, s = append(o, "-key", key), append(s, "-k", key)
			}
			for j, f := range []string{"-numeric", "-reverse", "-unique"} {
				if i>>j&1 == 1 {
					o, s = append(o, f), append(s, f[:2])
				}
			}
			ours, theirs = append(ours, o), append(theirs, s)
		}
	}
	return ours, theirs
}

func TestSortlines(t *testing.T) {
	long := strings.ReplaceAll(ascii(10<<20), "\n", " ")
	numbers := table(300 << 10)
	tests := []struct {
		name, text string
		some       bool // a few combinations of flags are enough
	}{
		{"empty", "", false},
		{"empty lines", "\n\n\n", false},
		{"one line", "b", false},
		{"line ends with a return", "b\r\na\r\n\r\na\nb\r", false},
		{"no final newline", "b\na\n\nb\nc\na", false},
		{"ascii", ascii(300 << 10), false},
		{"unicode", strings.Repeat(unicodeText, 300), false},
		{"binary garbage", garbage(200 << 10), false},
		{"numbers and fields", numbers, false},
		{"line of 10 MiB", "b\n" + long[:9<<20] + "\na\n" + long[:10<<20] + "\n" + numbers + long[:10<<20] + ".", true},
		{"number of 1 MiB", strings.Repeat("9", 1<<20) + "\n1" + strings.Repeat("0", 1<<20) + ".1\n1" + strings.Repeat("0", 1<<20) + "\n" + numbers[:1000], true},
	}
	ours, theirs := flagSets()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if testing.Short() && len(test.text) > 1<<20 {
				t.Skip("sorts long lines in many ways")
			}
			path := file(t, test.text)
			for i := range ours {
				if (test.some || testing.Short()) && i%5 != 0 {
					continue
				}
				args := append(slices.Clone(ours[i]), "-workers", workers[i%len(workers)], "-memory", "512MiB", path)
				got := run(t, "sortlines", args...)
				if want := sortProgram(t, append(slices.Clone(theirs[i]), path)...); got != want {
					t.Errorf("%q: %s", args, difference(got, want))
				}
			}
		})
	}
}

// TestSortlinesSpills sorts 60 MB with the least memory that there may be.
func TestSortlinesSpills(t *testing.T) {
	if testing.Short() {
		t.Skip("sorts 60 MB several times")
	}
	path, dir := file(t, generated(t, data.Records{Rows: 500_000, Seed: 3})+table(10<<20)), t.TempDir()
	want := sortProgram(t, path)
	check := func(args ...string) {
		t.Helper()
		if got := run(t, "sortlines", append(args, "-tempdir", dir, path)...); got != want {
			t.Errorf("%q: %s", args, difference(got, want))
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%q: left behind %v, %v", args, left, err)
		}
	}
	check("-workers", "1", "-memory", "20MiB")
	check("-workers", "2", "-memory", "24MiB")
	check("-workers", "7", "-memory", "44MiB")
	want = sortProgram(t, "-k", "2,3", "-n", "-r", "-u", path)
	check("-workers", "2", "-memory", "24MiB", "-key", "2,3", "-numeric", "-reverse", "-unique")
}

// TestSortlinesFiles reads several files and writes to one of them.
func TestSortlinesFiles(t *testing.T) {
	a, b := file(t, "b 1\nc 2\na 3"), file(t, "a 1\nc 1\n")
	if got, want := run(t, "sortlines", a, b), "a 1\na 3\nb 1\nc 1\nc 2\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"-key", "1,1", "-unique", a, b}, "a 3\nb 1\nc 2\n"},
		{[]string{"-key", "1,1", "-unique", b, a}, "a 1\nb 1\nc 1\n"},
		{[]string{"-key", "1,1", "-unique", "-reverse", b, a}, "c 1\nb 1\na 1\n"},
	}
	for _, test := range tests {
		if got := run(t, "sortlines", test.args...); got != test.want {
			t.Errorf("%q: %q, want %q", test.args, got, test.want)
		}
	}
	_, end := start(t, strings.NewReader("b\na"), "sortlines", "-", a)
	if r := end(); r.code != 0 || r.out != "a\na 3\nb\nb 1\nc 2\n" {
		t.Errorf("standard input: %+v", r)
	}
	if got := run(t, "sortlines", "-o", b, b, a); got != "" || read(t, b) != "a 1\na 3\nb 1\nc 1\nc 2\n" {
		t.Errorf("printed %q and wrote %q", got, read(t, b))
	}
}

// interruptWriting starts a command that writes to the file out in an empty
// folder, and interrupts it as soon as it writes. out is to be as before then.
func interruptWriting(t *testing.T, out, name string, args ...string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no process can send Ctrl-C to one other process")
	}
	for range 10 {
		if err := os.WriteFile(out, []byte("earlier\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		cmd, end := start(t, nil, name, args...)
		writes := func() bool {
			temp, _ := filepath.Glob(filepath.Join(filepath.Dir(out), ".*"))
			if len(temp) == 0 {
				return false
			}
			info, err := os.Stat(temp[0])
			return err == nil && info.Size() > 0
		}
		for began := time.Now(); !writes() && time.Since(began) < 30*time.Second; {
			time.Sleep(time.Millisecond)
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		r := end()
		if r.code == 0 {
			continue // it was done before the signal came
		}
		left, err := os.ReadDir(filepath.Dir(out))
		if r.code != 130 || r.out != "" || r.errors != name+": interrupted\n" || err != nil || len(left) != 1 || read(t, out) != "earlier\n" {
			t.Errorf("exit code %d, printed %q, left behind %v, %v, and in it %.20q", r.code, r.out+r.errors, left, err, read(t, out))
		}
		return
	}
	t.Error("it was never interrupted in time")
}

func TestSortlinesInterrupted(t *testing.T) {
	in, temp, out := file(t, generated(t, data.Records{Rows: 500_000, Seed: 4})), t.TempDir(), filepath.Join(t.TempDir(), "out.txt")
	interruptWriting(t, out, "sortlines", "-memory", "24MiB", "-workers", "2", "-tempdir", temp, "-o", out, in)
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind %v, %v", left, err)
	}
}

func TestSortlinesExplain(t *testing.T) {
	got := run(t, "sortlines", "-explain", "-unique", "-o", "sorted.txt", "missing.txt")
	for _, part := range []string{"write lines sorted.txt ", "compact ", "sort ", "line views missing.txt ", "main.go:"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in\n%s", part, got)
		}
	}
	if _, err := os.Stat("sorted.txt"); err == nil {
		t.Error("-explain wrote a file")
	}
	if got := run(t, "sortlines", "-explain", "missing.txt"); strings.Contains(got, "compact") {
		t.Errorf("rows are compared with their neighbours in\n%s", got)
	}
}
