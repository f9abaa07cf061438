package exec

import (
	"anabranch.dev/internal/plan"
)

// A Watcher is asked to watch when a run begins, each time that its [Config] is run.
type Watcher struct {
	Op   string    // what errors call it, as in "status page"
	Site plan.Site // where the user asked for it

	// Start is called before anything of the run is. An error of it is the run's. Until
	// the watch has ended, fail makes an error the run's as well; calls of it may come
	// from any goroutine.
	Start func(fail func(error)) (Watch, error)
}

// A Watch is told of one run. Calls do not overlap, and are not to wait: the run does
// not end before they do.
type Watch interface {
	// Tell is called by one goroutine, several times a second and at the end. A run that
	// ends before its first operator has started is not told of. The slices of a Progress
	// may be kept, and are not to be changed.
	Tell(Progress)
	// End is called once, when everything else of the run has ended, with the error that
	// the run returns. What the watch has started it ends here.
	End(err error)
}

// A BeginWatch is a [Watch] that is told of each pipeline before its rows come, too, by
// another goroutine than that which calls Tell.
type BeginWatch interface {
	Watch
	Begin(Progress)
}

// WatchFunc is a Watch that is a function.
type WatchFunc func(Progress)

// Tell calls f.
func (f WatchFunc) Tell(p Progress) { f(p) }

// End does nothing.
func (f WatchFunc) End(error) {}

// Watcher returns what watches each run with f.
func (f WatchFunc) Watcher() Watcher {
	return Watcher{Op: "watch", Start: func(func(error)) (Watch, error) { return f, nil }}
}

// startWatches starts what watches the run, and returns it as one.
func (r *Run) startWatches(watchers []Watcher) (watches, error) {
	var all watches
	for _, w := range watchers {
		about := func(err error) error { return &Error{Op: w.Op, Site: w.Site, Err: err} }
		var one Watch
		err := guarded(func() (err error) {
			one, err = w.Start(func(err error) { r.fail(about(err), 0) })
			return err
		})
		if err != nil {
			err = about(err)
			all.End(err)
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

type watches []Watch

// tell tells all of them, one after the other.
func (all watches) tell(p Progress) error {
	for _, w := range all {
		if err := told(w.Tell, p); err != nil {
			return err
		}
	}
	return nil
}

// begin tells those that want to know that a pipeline of the run begins.
func (all watches) begin(r *Run) error {
	for _, w := range all {
		if b, ok := w.(BeginWatch); ok {
			if err := told(b.Begin, r.progress()); err != nil {
				return err
			}
		}
	}
	return nil
}

// told calls a function of a watch, and names it in the error of a panic.
func told(f func(Progress), p Progress) error {
	err := guarded(func() error { f(p); return nil })
	if err != nil {
		err = &Error{Op: "watch", Err: err}
	}
	return err
}

// End ends the watches, the last one first.
func (all watches) End(err error) {
	for i := len(all) - 1; i >= 0; i-- {
		all[i].End(err)
	}
}
