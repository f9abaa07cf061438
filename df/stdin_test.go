package df_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// The tests of standard input and output run this test binary again: childEnv
// says what it is to do.
const childEnv = "DF_TEST_CHILD"

var children = map[string]func(context.Context) error{
	"copy": func(ctx context.Context) error { return df.Run(ctx, df.WriteLines(df.Lines("-"), "-")) },
	"views": func(ctx context.Context) error {
		return df.Run(ctx, df.WriteLines(df.LineViews("-"), "-"), df.Workers(7))
	},
	"first": func(ctx context.Context) error {
		row, ok, err := df.First(ctx, df.Lines("-"))
		fmt.Println(row, ok)
		return err
	},
	"all": func(ctx context.Context) error {
		for line, err := range df.All(ctx, df.Lines("-")) {
			if err != nil {
				return err
			}
			fmt.Println(line)
		}
		return nil
	},
	"cancel": func(ctx context.Context) error {
		ctx, cancel := context.WithTimeoutCause(ctx, 50*time.Millisecond, errors.New("long enough"))
		defer cancel()
		err := df.Run(ctx, df.Lines("-"))
		fmt.Println(err)
		return nil
	},
	"fail": func(ctx context.Context) error {
		err := df.Run(ctx, df.MapErr(df.Lines("-").Named("input"), func(s string) (int64, error) { return parse(s) }))
		fmt.Println(err)
		return nil
	},
}

// TestChild is no test: it is what the tests of standard input run.
func TestChild(t *testing.T) {
	f := children[os.Getenv(childEnv)]
	if f == nil {
		t.Skip("run by other tests")
	}
	if err := f(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(t *testing.T, what string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestChild$")
	c.Env = append(os.Environ(), childEnv+"="+what)
	c.Stderr = os.Stderr
	return c
}

func output(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestStdin(t *testing.T) {
	for name, text := range map[string][]byte{
		"nothing": nil, "short": []byte("a\r\nb\n\nc"), "long lines": []byte(dftest.Line(3<<20) + "\n" + dftest.Line(1<<20) + "\nx"),
		"much": dftest.RandomText(1, 3<<20, 60), "at a block": []byte(dftest.Line(256<<10-1) + "\n" + dftest.Line(256<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := dftest.Joined(dftest.NaiveLines(text))
			for _, what := range []string{"copy", "views"} {
				c := child(t, what)
				c.Stdin = bytes.NewReader(text) // a pipe
				if got := output(t, c); got != want {
					t.Errorf("%s, from a pipe: %d bytes, want %d", what, len(got), len(want))
				}
				file, err := os.Open(dftest.TextFile(t, "in", text))
				if err != nil {
					t.Fatal(err)
				}
				c = child(t, what)
				c.Stdin = file
				if got := output(t, c); got != want {
					t.Errorf("%s, from a file: %d bytes, want %d", what, len(got), len(want))
				}
				file.Close()
			}
		})
	}
}

// TestSlowStdin holds that lines come out as they come in.
func TestSlowStdin(t *testing.T) {
	c := child(t, "all")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	next := func() string {
		line, _ := lines.ReadString('\n') // an error shows in the line
		return line
	}
	for i := range 5 {
		fmt.Fprintf(in, "line %d\nand a", i)
		if got := next(); !strings.HasSuffix(got, fmt.Sprintf("line %d\n", i)) {
			t.Fatalf("after line %d: %q", i, got)
		}
		fmt.Fprint(in, " piece of ")
	}
	in.Close()
	if got := next() + next(); got != "and a piece of \n" {
		t.Errorf("in the end: %q", got)
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// TestStdinThatBlocks holds that a run does not wait for input that nobody
// wants any more.
func TestStdinThatBlocks(t *testing.T) {
	for what, want := range map[string]string{"first": "one true\n", "cancel": "long enough\n",
		"fail": `: row 1 of standard input, lines that begin in bytes 0 to 4: strconv.ParseInt: parsing "one": invalid syntax` + "\n"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close() // stays open for as long as the child runs
			if _, err := w.WriteString("one\n"); err != nil {
				t.Fatal(err)
			}
			c := child(t, what)
			c.Stdin = r
			if got := output(t, c); !strings.HasSuffix(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// TestStdinOnce holds that files and standard input can be mixed.
func TestStdinOnce(t *testing.T) {
	file := dftest.TextFile(t, "a", []byte("a\n"))
	pipe, err := os.Open(dftest.TextFile(t, "b", []byte("b\n")))
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer func(f *os.File) { os.Stdin = f }(os.Stdin)
	os.Stdin = pipe
	same(t, "file, standard input, file", collect(t, df.Lines(file, "-", file)), []string{"a", "b", "a"})
	want := []df.File{{Path: file, Rows: -1, Bytes: 2}, {Path: "-", Rows: -1, Bytes: -1}}
	same(t, "files", collect(t, df.Files(file, "-")), want)
}
