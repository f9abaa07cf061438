package df_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

func TestWriteLines(t *testing.T) {
	inputs := map[string][]string{
		"nothing": nil, "an empty line": {""}, "few": {"a", "", "b\r"},
		"long": {dftest.Line(3 << 20), "x", dftest.Line(1 << 20)}, "many": dftest.NaiveLines(dftest.RandomText(1, 4<<20, 40)),
	}
	for input, rows := range inputs {
		for _, name := range []string{"out", "out.gz", "out.zst"} {
			t.Run(input+" to "+name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), name)
				var first []byte
				dftest.OnPeers(3, func(o df.Option) { // which compress other pieces
					collect(t, df.WriteLines(df.FromSlice(rows), path), o)
					if dftest.Unpack(t, path) != dftest.Joined(rows) {
						t.Error("3 peers: the file holds something else")
					}
				})
				eachWorkers(name, func(what string, o df.Option) {
					written := collect(t, df.WriteLines(df.FromSlice(rows), path), o)
					data, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					same(t, what, written, []df.File{{Path: path, Rows: int64(len(rows)), Bytes: int64(len(data))}})
					if first == nil {
						first = data
					}
					if !bytes.Equal(data, first) {
						t.Errorf("%s: the file depends on the number of workers", what)
					}
				})
				if dftest.Unpack(t, path) != dftest.Joined(rows) {
					t.Error("the file holds something else")
				}
				same(t, "read again", collect(t, df.Lines(path)), dftest.NaiveLines([]byte(dftest.Joined(rows))))
				same(t, "left in the directory", dftest.FilesIn(t, filepath.Dir(path)), []string{name})
			})
		}
	}
}

func TestWriteLinesOfLines(t *testing.T) {
	text := dftest.RandomText(2, 5<<20, 60)
	in := dftest.TextFile(t, "in", text)
	for _, name := range []string{"out", "out.gz", "out.zst"} {
		out := filepath.Join(t.TempDir(), name)
		eachDeployment(name, func(what string, o df.Option) {
			collect(t, df.WriteLines(df.LineViews(in), out), o)
			if dftest.Unpack(t, out) != dftest.Joined(dftest.NaiveLines(text)) {
				t.Errorf("%s: the file holds something else", what)
			}
		})
	}
}

// TestFailedRunLeavesFile fails runs in many ways; the file that was there
// stays, and nothing is left beside it.
func TestFailedRunLeavesFile(t *testing.T) {
	boom := errors.New("boom")
	rows := df.Range(0, 200_000)
	at := func(n int, f func()) func(int) (string, error) {
		return func(i int) (string, error) {
			if i == n {
				f()
				return "", boom
			}
			return fmt.Sprint(i), nil
		}
	}
	for _, name := range []string{"out", "out.gz", "out.zst"} {
		for _, there := range []bool{true, false} {
			for what, fail := range map[string]func(ctx context.Context, cancel func(), out string) error{
				"error in the middle": func(ctx context.Context, _ func(), out string) error {
					return df.Run(ctx, df.WriteLines(df.MapErr(rows, at(150_000, func() {})), out))
				},
				"panic": func(ctx context.Context, _ func(), out string) error {
					return df.Run(ctx, df.WriteLines(df.MapErr(rows, at(50, func() { panic(boom) })), out))
				},
				"cancelled": func(ctx context.Context, cancel func(), out string) error {
					err := df.Run(ctx, df.WriteLines(df.MapErr(rows, at(100_000, cancel)), out))
					if err != context.Canceled && !errors.Is(err, boom) {
						t.Errorf("error %v", err)
					}
					return boom
				},
				"another output fails": func(ctx context.Context, _ func(), out string) error {
					bad := df.MapErr(rows, func(i int) (int, error) { return 0, boom })
					return df.Run(ctx, df.Outputs(df.WriteLines(df.FromSlice([]string{"new"}), out), bad))
				},
				"what follows fails": func(ctx context.Context, _ func(), out string) error {
					files := df.WriteLines(df.FromSlice([]string{"new"}), out)
					return df.ForEach(ctx, files, func(df.File) error { return boom })
				},
			} {
				t.Run(fmt.Sprint(name, ", there ", there, ", ", what), func(t *testing.T) {
					out := filepath.Join(t.TempDir(), name)
					var want []string
					if there {
						want = []string{name}
						if err := os.WriteFile(out, []byte("old"), 0o666); err != nil {
							t.Fatal(err)
						}
					}
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					if err := fail(ctx, cancel, out); !errors.Is(err, boom) {
						t.Errorf("error %v", err)
					}
					same(t, "left in the directory", dftest.FilesIn(t, filepath.Dir(out)), want)
					if data, err := os.ReadFile(out); there && (err != nil || string(data) != "old") {
						t.Errorf("the file holds %q, error %v", data, err)
					}
				})
			}
		}
	}
}

func TestWriteLinesOverFile(t *testing.T) {
	dir := t.TempDir()
	target, link, dangling := filepath.Join(dir, "d", "target"), filepath.Join(dir, "link"), filepath.Join(dir, "dangling")
	if err := errors.Join(os.Mkdir(filepath.Dir(target), 0o777), os.WriteFile(target, []byte("old"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink(filepath.Join("d", "target"), link), os.Symlink("d/new", dangling)); err != nil {
		t.Skip(err)
	}
	for i, mode := range []fs.FileMode{0o600, 0o666, 0o444, 0o755} { // the umask does not count
		if err := os.Chmod(target, mode); err != nil {
			t.Fatal(err)
		}
		if i == 2 && os.Geteuid() != 0 {
			continue
		}
		collect(t, df.WriteLines(df.FromSlice([]string{"new"}), link))
		info, err := os.Lstat(target)
		if err != nil || info.Mode() != mode || dftest.Unpack(t, target) != "new\n" {
			t.Errorf("mode %v: %v, error %v", mode, info.Mode(), err)
		}
	}
	collect(t, df.WriteLines(df.FromSlice([]string{"new"}), dangling))
	if got := dftest.Unpack(t, filepath.Join(dir, "d", "new")); got != "new\n" {
		t.Errorf("behind the dangling link: %q", got)
	}
	for _, path := range []string{link, dangling} {
		if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v, error %v", path, info.Mode(), err)
		}
	}
	long := filepath.Join(dir, strings.Repeat("n", 255))
	collect(t, df.WriteLines(df.FromSlice([]string{"new"}), long))
	if got := dftest.Unpack(t, long); got != "new\n" {
		t.Errorf("under a long name: %q", got)
	}
	if err := os.Symlink("loop", filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	if err := df.Run(context.Background(), df.WriteLines(df.FromSlice([]string{"new"}), filepath.Join(dir, "loop"))); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("a loop of links: error %v", err)
	}
}

// TestWriteWhatIsRead reads and writes the same file in one plan.
func TestWriteWhatIsRead(t *testing.T) {
	text := dftest.RandomText(3, 1<<20, 40)
	path := dftest.TextFile(t, "a", text)
	want := dftest.NaiveLines(text)
	for i := range want {
		want[i] = strings.ToUpper(want[i])
	}
	collect(t, df.WriteLines(df.Map(df.Lines(path), strings.ToUpper), path))
	if dftest.Unpack(t, path) != dftest.Joined(want) {
		t.Error("the file holds something else")
	}
}

func TestTwoWriters(t *testing.T) {
	t.Chdir(t.TempDir())
	s := df.FromSlice([]string{"a"})
	if err := os.Symlink("a.txt", "link"); err != nil {
		t.Skip(err)
	}
	for _, paths := range [][2]string{{"a.txt", "a.txt"}, {"a.txt", "./x/../a.txt"}, {"a.txt", "link"}, {"-", "-"}} {
		if err := os.MkdirAll("x", 0o777); err != nil {
			t.Fatal(err)
		}
		err := df.Run(context.Background(), df.Outputs(
			df.WriteLines(s, paths[0]).Named("one"), df.WriteLines(s, paths[1]).Named("two")))
		if !errors.Is(err, df.ErrTwoWriters) || !strings.Contains(err.Error(), `write lines "one"`) || !strings.Contains(err.Error(), `write lines "two"`) {
			t.Errorf("%q: error %v", paths, err)
		}
		same(t, "left in the directory", dftest.FilesIn(t, "."), []string{"link", "x"})
	}
	w := df.WriteLines(s, "a.txt")
	if err := df.Run(context.Background(), df.Outputs(w, w)); err != nil { // one node, used twice
		t.Errorf("the same output twice: %v", err)
	}
	if _, err := os.Stat(os.DevNull); err == nil {
		if err := df.Run(context.Background(), df.Outputs(df.WriteLines(s, os.DevNull), df.WriteLines(s, os.DevNull))); err != nil {
			t.Error(err)
		}
	}
}

func TestCannotWrite(t *testing.T) {
	dir := t.TempDir()
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	var ran atomic.Bool
	s := df.Inspect(df.FromSlice(dftest.NaiveLines(dftest.RandomText(1, 1<<20, 40))), func(string) { ran.Store(true) })
	tests := []struct {
		path string
		is   error
	}{
		{filepath.Join(dir, "missing", "out"), fs.ErrNotExist},
		{filepath.Join(locked, "out"), fs.ErrPermission},
		{dir, nil},
	}
	for _, test := range tests {
		if test.is == fs.ErrPermission && os.Geteuid() == 0 {
			continue
		}
		err := df.Run(context.Background(), df.WriteLines(s, test.path).Named("result"))
		var e *df.Error
		if !errors.As(err, &e) || e.Label != "result" || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.path) {
			t.Errorf("%s: error %v", test.path, err)
		}
		if ran.Load() {
			t.Errorf("%s: the run began", test.path)
		}
	}
	same(t, "left in the directory", dftest.FilesIn(t, dir), []string{"locked"})

	if info, err := os.Stat("/dev/full"); err != nil || info.Mode()&fs.ModeDevice == 0 {
		t.Skip("no /dev/full")
	}
	for _, path := range []string{"/dev/full"} {
		err := df.Run(context.Background(), df.WriteLines(s, path).Named("result"))
		var e *df.Error
		if !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &e) || e.Label != "result" {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

func TestWriteToDevice(t *testing.T) {
	files := collect(t, df.WriteLines(df.FromSlice([]string{"a", "b"}), os.DevNull))
	same(t, "to the null device", files, []df.File{{Path: os.DevNull, Rows: 2, Bytes: 4}})
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("the null device is %v, error %v", info.Mode(), err)
	}
}
