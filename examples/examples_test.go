// The tests of this folder build the example commands and run them as a user
// would, as processes of their own.
package examples_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	// Cached results of the tests are old when what the commands are made of has
	// changed.
	_ "anabranch.dev/df"
	_ "anabranch.dev/df/agg"
	_ "anabranch.dev/df/text"
	_ "anabranch.dev/examples/internal/cli"
	_ "anabranch.dev/remote"
)

// commands are the examples, each with arguments with which it works until it
// is interrupted, or has read all that it is given. DIR stands for a folder, and
// TABLES for one with a table that is standard input.
var commands = map[string][]string{
	"wordcount": {"-"},
	"onebrc":    {"-"},
	"loglevels": {"-errors", "DIR/errors.txt.gz", "-rejects", "DIR/rejects.txt", "-"},
	"sortlines": {"-memory", "64MiB", "-tempdir", "DIR", "-o", "DIR/sorted.txt", "-"},
	"terasort":  {"-gen", "1000000000000", "DIR/records.bin"},
	"h2o":       {"-"},
	"tpch":      {"-only", "q6", "TABLES"},
	"cluster":   {"-local", "2", "words", "-"},
}

// dear are commands that take most of the time to compile. Short runs under the race detector leave them out: what
// their plans are made of runs under it in the tests of df, and they add no code that shares anything.
var dear = []string{"h2o", "tpch"}

// bin is the folder of the built commands.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "examples")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		bin = dir
		var packages []string
		for name := range commands {
			if !leftOut(name) {
				packages = append(packages, "./"+name)
			}
		}
		if out, err := build(dir+string(filepath.Separator), packages...); err != nil {
			fmt.Fprintf(os.Stderr, "building the examples: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// leftOut reports whether a command is not built for this run.
func leftOut(name string) bool { return testing.Short() && raced() && slices.Contains(dear, name) }

// raced reports whether the race detector looks at the tests, and then at the commands.
func raced() bool {
	info, _ := debug.ReadBuildInfo()
	return slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// build builds packages in the way that the test was built.
func build(to string, packages ...string) ([]byte, error) {
	args := []string{"build", "-o", to}
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" || s.Key == "-tags" {
			args = append(args, s.Key+"="+s.Value)
		}
	}
	return exec.Command("go", append(args, packages...)...).CombinedOutput()
}

// result is how a process ended.
type result struct {
	code        int
	out, errors string
}

// start starts a command; end waits for it.
func start(t *testing.T, stdin io.Reader, name string, args ...string) (cmd *exec.Cmd, end func() result) {
	t.Helper()
	if leftOut(name) {
		t.Skip(name, " is not built for short runs under the race detector")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cmd = exec.CommandContext(ctx, filepath.Join(bin, name), args...)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0") // built with -race, it would wait for a second
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, func() result {
		defer cancel()
		err := cmd.Wait()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) && !errors.Is(err, io.ErrClosedPipe) {
			t.Fatal(err)
		}
		return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
	}
}

// run runs a command that succeeds in silence, and returns what it prints.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	_, end := start(t, nil, name, args...)
	r := end()
	if r.code != 0 || r.errors != "" {
		t.Fatalf("%s %s: exit code %d\n%s", name, strings.Join(args, " "), r.code, r.errors)
	}
	return r.out
}

// file makes a file for the test.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input.txt")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// read is the text of a file.
func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// workers are the numbers of workers that all must give the same answer.
var workers = []string{"1", "2", "7"}

func TestExamplesAreShort(t *testing.T) {
	mains, err := filepath.Glob("*/main.go")
	if err != nil || len(mains) != len(commands) {
		t.Errorf("the folder has %d commands, %v, and the tests know %d", len(mains), err, len(commands))
	}
	for _, path := range mains {
		if n := strings.Count(read(t, path), "\n"); n >= 80 {
			t.Errorf("%s has %d lines, and must have fewer than 80", path, n)
		}
	}
	// What else the commands are made of, for the cache of results.
	others, _ := filepath.Glob("*/*.go")
	for _, path := range others {
		read(t, path)
	}
}

func TestHelp(t *testing.T) {
	for name := range commands {
		if leftOut(name) {
			continue
		}
		_, end := start(t, nil, name, "-h")
		r := end()
		if r.code != 0 || r.out != "" || !strings.HasPrefix(r.errors, "usage: "+name+" [") {
			t.Errorf("%s -h: exit code %d, %q, %q", name, r.code, r.out, r.errors)
		}
	}
}

func TestWrongArguments(t *testing.T) {
	tests := []struct {
		args []string
		code int
		want string // in what is printed
	}{
		{[]string{"wordcount", "-nonsense"}, 2, "usage: wordcount"},
		{[]string{"wordcount", "-top", "-1", "-"}, 2, "usage: wordcount"},
		{[]string{"wordcount", "-workers", "many", "-"}, 2, "usage: wordcount"},
		{[]string{"wordcount", "-memory", "lots", "-"}, 2, "a size is a positive number of bytes"},
		{[]string{"wordcount", "-memory", "0", "-"}, 2, "a size is a positive number of bytes"},
		{[]string{"wordcount", "-memory", "1MiB", "-"}, 1, "): a memory budget of 1048576 bytes is too small"},
		{[]string{"wordcount", "missing.txt"}, 1, "missing.txt: no such file or directory"},
		{[]string{"wordcount", "missing*.txt"}, 1, `file pattern "missing*.txt": no file matches the pattern`},
		{[]string{"wordcount", "."}, 1, "is a directory"},
		{[]string{"onebrc"}, 2, "onebrc: no FILE is given\nusage: onebrc"},
		{[]string{"onebrc", "missing.txt"}, 1, "missing.txt: no such file or directory"},
		{[]string{"loglevels"}, 2, "loglevels: no PATH is given\nusage: loglevels"},
		{[]string{"loglevels", "missing.txt"}, 1, "missing.txt: no such file or directory"},
		{[]string{"loglevels", "-errors", "missing/errors.txt", "-"}, 1, `loglevels: write lines "errors" (main.go:`},
		{[]string{"sortlines"}, 2, "sortlines: no PATH is given\nusage: sortlines"},
		{[]string{"sortlines", "-o", "", "-"}, 2, "sortlines: the name OUT is empty\nusage: sortlines"},
		{[]string{"sortlines", "-key", "3,2", "-"}, 2, "fields are numbers from 1, the first and the last, as in 2,3 or 2"},
		{[]string{"sortlines", "-key", "2n", "-"}, 2, "fields are numbers from 1"},
		{[]string{"sortlines", "-memory", "16MiB", "-workers", "1", "-"}, 1, "): a memory budget of 16777216 bytes is too small"},
		{[]string{"sortlines", "-tempdir", "missing", "-"}, 1, "directory for temporary files: stat missing: no such file or directory"},
		{[]string{"sortlines", "missing.txt"}, 1, "missing.txt: no such file or directory"},
		{[]string{"sortlines", "-o", "missing/sorted.txt", "-"}, 1, "sortlines: write lines (main.go:"},
		{[]string{"tpch"}, 2, "tpch: one DIR is needed\nusage: tpch"},
		{[]string{"tpch", "-only", "q6", "missing"}, 1, "lineitem.tbl: no such file or directory"},
		{[]string{"terasort"}, 2, "terasort: 0 files are given, not 2\nusage: terasort"},
		{[]string{"terasort", "-check", "in.bin", "out.bin"}, 2, "terasort: 2 files are given, not 1\nusage: terasort"},
		{[]string{"terasort", "-check", "-gen", "1", "in.bin"}, 2, "terasort: -check and -gen are two commands"},
		{[]string{"terasort", "-gen", "-1", "out.bin"}, 2, "usage: terasort"},
		{[]string{"terasort", "-gen", "1", "missing/out.bin"}, 1, ": no such file or directory"},
		{[]string{"terasort", "missing.bin", "out.bin"}, 1, "missing.bin: no such file or directory"},
		{[]string{"terasort", "examples_test.go", "out.bin"}, 1, "bytes are no whole records of 100"},
		{[]string{"terasort", "-check", "."}, 1, "not a regular file"},
		{[]string{"cluster"}, 2, "cluster: the commands are words and sort, and not \"\"\nusage: cluster"},
		{[]string{"cluster", "words"}, 2, "cluster: words: a file is missing\nusage: cluster"},
		{[]string{"cluster", "sort", "in.txt"}, 2, "cluster: sort: a file is missing\nusage: cluster"},
		{[]string{"cluster", "-local", "-1", "words", "in.txt"}, 2, "usage: cluster"},
		{[]string{"cluster", "-hosts", "missing/hosts", "words", "in.txt"}, 2, "no file missing/hosts"},
		{[]string{"cluster", "-local", "2", "words", "missing.txt"}, 1, "missing.txt: no such file or directory"},
		{[]string{"cluster", "-local", "2", "sort", "examples_test.go", "missing/out.txt"}, 1, "cluster: write lines (main.go:"},
	}
	for _, test := range tests {
		if leftOut(test.args[0]) {
			continue
		}
		if runtime.GOOS == "windows" && strings.HasSuffix(test.want, "no such file or directory") {
			continue // it has another text there
		}
		_, end := start(t, nil, test.args[0], test.args[1:]...)
		r := end()
		if r.code != test.code || r.out != "" || !strings.Contains(r.errors, test.want) {
			t.Errorf("%q: exit code %d, want %d; printed %q, want no output and %q", test.args, r.code, test.code, r.out+r.errors, test.want)
		}
	}
}

// endless gives lines until the test ends.
type endless struct{ text []byte }

func (e endless) Read(b []byte) (int, error) {
	n := copy(b, e.text)
	return n, nil
}

func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can send Ctrl-C to one other process")
	}
	silence, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer silence.Close()
	defer w.Close()
	lines := func(name string) io.Reader {
		line := "2026-01-31T23:59:59Z ERROR db;12.3\n"
		switch name {
		case "h2o":
			line = "id1,id2,id3,4,5,6,7,8,9.5\n"
		case "tpch":
			line = "1|2|3|4|5|6.00|0.07|0.08|N|O|1996-03-13|1996-02-12|1996-03-22|NONE|AIR|fluffy|\n"
		}
		return endless{[]byte(strings.Repeat(line, 1000))}
	}
	for _, input := range []string{"endless", "silent"} {
		for name, args := range commands {
			t.Run(name+"/"+input, func(t *testing.T) {
				var stdin io.Reader = silence
				if input == "endless" {
					stdin = lines(name)
				}
				dir := t.TempDir()
				places := strings.NewReplacer("DIR", dir, "TABLES", tpchOfStdin(t))
				here := strings.Split(places.Replace(strings.Join(args, "\n")), "\n")
				cmd, end := start(t, stdin, name, here...)
				time.Sleep(300 * time.Millisecond) // it is in the middle of reading then
				if err := cmd.Process.Signal(os.Interrupt); err != nil {
					t.Fatal(err)
				}
				sent := time.Now()
				r := end()
				if r.code != 130 || r.out != "" || r.errors != name+": interrupted\n" {
					t.Errorf("exit code %d, want 130; printed %q", r.code, r.out+r.errors)
				}
				if took := time.Since(sent); took > 5*time.Second {
					t.Errorf("ended after %v", took)
				}
				if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
					t.Errorf("left behind %v, %v", left, err)
				}
			})
		}
	}
}
