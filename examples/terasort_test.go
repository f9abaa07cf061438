package examples_test

import (
	"fmt"
	"hash/crc32"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

// records is n records of 100 random bytes, of which some have the same key.
func records(n int) []string {
	rnd := rand.New(rand.NewPCG(9, 10))
	list := make([]string, n)
	var b [100]byte
	for i := range list {
		for j := range b {
			b[j] = byte(rnd.Uint32())
			if i%2 == 1 && j < 10 {
				b[j] %= 3 // also zeros, and keys that begin alike
			}
		}
		list[i] = string(b[:])
	}
	return list
}

func key(record string) string { return record[:10] }

// checked is what terasort says of records.
func checked(list []string) string {
	duplicates, sum := 0, new(big.Int)
	for i, r := range list {
		if i > 0 && key(r) == key(list[i-1]) {
			duplicates++
		}
		sum.Add(sum, big.NewInt(int64(crc32.ChecksumIEEE([]byte(r)))))
	}
	return fmt.Sprintf("records         %d\nduplicate keys  %d\nchecksum        %x\n", len(list), duplicates, sum)
}

func TestTerasort(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000, 10_000, 100_001} {
		list := records(n)
		in, out := file(t, strings.Join(list, "")), filepath.Join(t.TempDir(), "out")
		slices.SortStableFunc(list, func(a, b string) int { return strings.Compare(key(a), key(b)) })
		want := strings.Join(list, "")
		for _, w := range workers {
			if got := run(t, "terasort", "-workers", w, in, out); got != "" || read(t, out) != want {
				t.Errorf("%d records, %s workers: printed %q, and the file is wrong", n, w, got)
			}
			if got, want := run(t, "terasort", "-check", "-workers", w, out), checked(list); got != want {
				t.Errorf("%d records, %s workers: -check printed\n%swant\n%s", n, w, got, want)
			}
		}
		if got := run(t, "terasort", in, in); got != "" || read(t, in) != want {
			t.Errorf("%d records, over the input: printed %q, and the file is wrong", n, got)
		}
	}
}

// TestTerasortSpills sorts 60 MB with the least memory that there may be.
func TestTerasortSpills(t *testing.T) {
	if testing.Short() {
		t.Skip("sorts 60 MB several times")
	}
	list := records(600_000)
	temp, in, out := t.TempDir(), file(t, strings.Join(list, "")), filepath.Join(t.TempDir(), "out")
	slices.SortStableFunc(list, func(a, b string) int { return strings.Compare(key(a), key(b)) })
	want := strings.Join(list, "")
	for w, memory := range map[string]string{"1": "20MiB", "2": "24MiB", "7": "44MiB"} {
		run(t, "terasort", "-workers", w, "-memory", memory, "-tempdir", temp, in, out)
		if read(t, out) != want {
			t.Errorf("%s workers: the file is wrong", w)
		}
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("%s workers: left behind %v, %v", w, left, err)
		}
	}
}

func TestTerasortCheck(t *testing.T) {
	list := records(50_000)
	slices.Sort(list)
	tests := []struct {
		a, b  int // records that change places
		wrong int
	}{
		{0, 49_999, 1},
		{20_000, 20_002, 20_001},
		{9_998, 10_000, 9_999},
		{10_000, 30_000, 10_001},
		{29_999, 49_999, 30_000},
	}
	for _, test := range tests {
		mixed := slices.Clone(list)
		mixed[test.a], mixed[test.b] = mixed[test.b], mixed[test.a]
		path := file(t, strings.Join(mixed, ""))
		for _, w := range workers {
			_, end := start(t, nil, "terasort", "-check", "-workers", w, path)
			r := end()
			want := fmt.Sprintf("terasort: record %d, with the key %x, is out of order\n", test.wrong, key(mixed[test.wrong]))
			if r.code != 1 || r.out != checked(mixed) || r.errors != want {
				t.Errorf("%v, %s workers: exit code %d, printed\n%swant\n%s%s", test, w, r.code, r.out+r.errors, checked(mixed), want)
			}
		}
	}
}

func TestTerasortGen(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	var want string
	for _, w := range workers {
		run(t, "terasort", "-gen", "30000", "-workers", w, out)
		got := read(t, out)
		if want == "" {
			want = got
		}
		if got != want || len(got) != 30_000*100 {
			t.Errorf("%s workers: another file than with one, of %d bytes", w, len(got))
		}
	}
	for i := range 30_000 {
		if r := want[i*100:][:100]; r[10:48] != fmt.Sprintf("\x00\x11%032X\x88\x99\xaa\xbb", i) || r[96:] != "\xcc\xdd\xee\xff" {
			t.Fatalf("record %d is %q", i, r)
		}
	}
}

func TestTerasortFails(t *testing.T) {
	in, dir := file(t, strings.Repeat("x", 250)), t.TempDir()
	out := filepath.Join(dir, "out")
	if err := os.WriteFile(out, []byte("earlier\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args []string
		want string
	}{
		{[]string{in, out}, ": 250 bytes are no whole records of 100\n"},
		{[]string{"-memory", "1MiB", out, out}, ": 8 bytes are no whole records of 100\n"},
		{[]string{"-memory", "1MiB", file(t, ""), out}, "a memory budget of 1048576 bytes is too small"},
		{[]string{"-gen", "1", dir}, ": not a regular file\n"},
		{[]string{file(t, ""), dir}, ": not a regular file\n"},
		{[]string{dir, out}, ": not a regular file\n"},
	}
	if runtime.GOOS != "windows" {
		tests = append(tests, struct {
			args []string
			want string
		}{[]string{"-gen", "1", os.DevNull}, os.DevNull + ": not a regular file\n"})
	}
	for _, test := range tests {
		_, end := start(t, nil, "terasort", test.args...)
		if r := end(); r.code != 1 || r.out != "" || !strings.HasPrefix(r.errors, "terasort: ") || !strings.Contains(r.errors, test.want) {
			t.Errorf("%q: exit code %d, printed %q, want %q", test.args, r.code, r.out+r.errors, test.want)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || read(t, out) != "earlier\n" {
			t.Errorf("%q: the folder has %v, %v, and the old file %.20q", test.args, left, err, read(t, out))
		}
	}
}

func TestTerasortInterrupted(t *testing.T) {
	in, temp, out := file(t, generated(t, data.Tera{Rows: 500_000, Seed: 7})), t.TempDir(), filepath.Join(t.TempDir(), "out")
	interruptWriting(t, out, "terasort", "-memory", "24MiB", "-workers", "2", "-tempdir", temp, in, out)
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind %v, %v", left, err)
	}
}
