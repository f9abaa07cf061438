package df

import (
	"io"

	"anabranch.dev/df/internal/terminal"
	"anabranch.dev/exec"
)

// WatchTerminal shows on w, as a rule [os.Stderr], where the run stands: a line for each
// pipeline of the plan, with its rows, their rate, the share of the work that is done and
// the time that is left, where these are known, and in the end a line for the whole run.
//
//	err := df.Run(ctx, plan, df.WatchTerminal(os.Stderr))
//
// On a terminal the line of the pipeline that runs is drawn over several times a second.
// What the program prints meanwhile stays. When standard output is the terminal too, and
// the plan begins to print there, or to give rows to the function of [ForEach] or the loop
// over [All], the line makes way for one every five seconds. Elsewhere, and where TERM is
// dumb, there is such a line from the beginning. Of a run that is over before anything was
// due - after half a second, or five - nothing is said.
//
// It is silent when the environment variable NO_PROGRESS is set and not empty. COLUMNS is
// how wide the terminal is taken to be where the system does not tell. There are no
// colours.
//
// A run does not fail for this: from the first error of w on, nothing is shown. A writer
// that blocks holds up the beginning of the next pipeline and the end of the run.
func WatchTerminal(w io.Writer) Option {
	if w == nil {
		misuse("WatchTerminal", "nil writer")
	}
	return func(c *exec.Config) {
		if show := terminal.New(w); show != nil {
			c.Watchers = append(c.Watchers, exec.Watcher{Op: "watch", Start: func(func(error)) (exec.Watch, error) {
				return display{exec.WatchFunc(show)}, nil
			}})
		}
	}
}

// display is a watch that is told of pipelines before their rows come, so that it makes
// way in time.
type display struct{ exec.WatchFunc }

// Begin is called before the rows of a pipeline come.
func (d display) Begin(p Progress) { d.Tell(p) }
