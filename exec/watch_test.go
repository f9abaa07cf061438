package exec_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// noted is a watch that writes down what it is told.
type noted struct {
	name string
	log  *[]string
	fail func(error)
}

func (n noted) Tell(p exec.Progress) {
	*n.log = append(*n.log, fmt.Sprint(n.name, " done ", p.Done))
	if n.name == "failing" {
		n.fail(errors.New("lost"))
	}
}

func (n noted) End(err error) { *n.log = append(*n.log, fmt.Sprint(n.name, " ends: ", err)) }

// watching runs a plan with watchers of these names, each telling the log.
func watching(t *testing.T, f func(int) (int, error), names ...string) (log []string) {
	t.Helper()
	var options []df.Option
	for _, name := range names {
		options = append(options, func(c *exec.Config) {
			c.Watchers = append(c.Watchers, exec.Watcher{
				Op: name, Site: plan.Site{File: "/src/jobs.go", Line: 41},
				Start: func(fail func(error)) (exec.Watch, error) {
					log = append(log, name+" starts")
					switch name {
					case "refusing":
						return nil, errors.New("no")
					case "panicking":
						panic("here")
					}
					return noted{name, &log, fail}, nil
				},
			})
		})
	}
	options = append(options, df.Watch(func(p df.Progress) { log = append(log, fmt.Sprint("f done ", p.Done)) }))
	options = append(options, df.Watch(func(p df.Progress) { log = append(log, fmt.Sprint("g done ", p.Done)) }))
	err := df.Run(context.Background(), df.MapErr(df.Range(0, 3), f), options...)
	first, _, _ := strings.Cut(fmt.Sprint("run: ", err), "\n") // the stack of a panic follows
	return append(log, first)
}

// TestWatchers: watches start before the run, are told in turn, and end after it.
func TestWatchers(t *testing.T) {
	fine := func(v int) (int, error) { return v, nil }
	boom := func(v int) (int, error) { return v, exec.ErrMemory }
	for name, test := range map[string]struct{ got, want []string }{
		"all is well": {watching(t, fine, "a", "b"), []string{
			"a starts", "b starts", "a done true", "b done true", "f done true", "g done true", "b ends: <nil>", "a ends: <nil>", "run: <nil>",
		}},
		"one does not start": {watching(t, fine, "a", "refusing", "b"), []string{
			"a starts", "refusing starts", "a ends: refusing (jobs.go:41): no", "run: refusing (jobs.go:41): no",
		}},
		"one panics": {watching(t, fine, "panicking", "a"), []string{
			"panicking starts", "run: panicking (jobs.go:41): panic: here",
		}},
		"one fails the run": {watching(t, fine, "a", "failing"), []string{
			"a starts", "failing starts", "a done true", "failing done true", "f done true", "g done true",
			"failing ends: failing (jobs.go:41): lost", "a ends: failing (jobs.go:41): lost", "run: failing (jobs.go:41): lost",
		}},
	} {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("%s:\n%q, want\n%q", name, test.got, test.want)
		}
	}
	log := watching(t, boom, "a")
	if n := len(log); n < 3 || log[n-2] != "a ends: "+log[n-1][len("run: "):] {
		t.Errorf("a run that fails: %q", log)
	}
}

// TestWatcherFailsLater: a watch may fail the run from a goroutine of its own.
func TestWatcherFailsLater(t *testing.T) {
	lost := errors.New("lost")
	ended := make(chan error, 1)
	err := df.Run(context.Background(), df.Range(0, 1<<40), func(c *exec.Config) {
		c.Watchers = []exec.Watcher{{Op: "page", Start: func(fail func(error)) (exec.Watch, error) {
			time.AfterFunc(10*time.Millisecond, func() { fail(lost) })
			return ending(ended), nil
		}}}
	})
	if got := <-ended; !errors.Is(err, lost) || got != err {
		t.Errorf("the run fails with %v, its watch is told %v", err, got)
	}
}

type ending chan error

func (ending) Tell(exec.Progress) {}
func (e ending) End(err error)    { e <- err }

// beginning is a watch that looks at what begins alone.
type beginning func(exec.Progress)

func (beginning) Tell(exec.Progress)      {}
func (beginning) End(error)               {}
func (b beginning) Begin(p exec.Progress) { b(p) }

// TestBegins: each pipeline is told of when it begins, before any row of it has come.
func TestBegins(t *testing.T) {
	var begun []string
	fail := false
	begins := func(c *exec.Config) {
		c.Watchers = append(c.Watchers, exec.Watcher{Op: "watch", Start: func(func(error)) (exec.Watch, error) {
			return beginning(func(p exec.Progress) {
				for i, pipe := range p.Pipelines {
					if pipe.State == exec.Running {
						begun = append(begun, fmt.Sprint(i+1, ": ", pipe.Rows))
					}
				}
				if fail {
					panic("here")
				}
			}), nil
		}})
	}
	rows := df.Count(df.CountBy(df.Range(0, 1000), df.Self))
	if err := df.Run(context.Background(), rows, begins); err != nil || !slices.Equal(begun, []string{"1: 0", "2: 0"}) {
		t.Errorf("%v, error %v", begun, err)
	}
	fail = true
	var p *df.PanicError
	if err := df.Run(context.Background(), rows, begins); !errors.As(err, &p) || !strings.HasPrefix(err.Error(), "watch: panic: here") {
		t.Errorf("error %v", err)
	}
}
