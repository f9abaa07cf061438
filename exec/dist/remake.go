package dist

import (
	"errors"
	"slices"
)

// What is here is for tasks that are done, and whose peer keeps what they have sent. The
// mutex of the run is held.

var errGone = errors.New("it is gone, with what it was to keep")

// fed reports whether all input of a stage that has begun is there: some of it may be made
// again.
func (r *run) fed(s *stageRun) bool {
	return !s.ready || !slices.ContainsFunc(s.ins, func(e *edge) bool { return !r.stores[e.id].complete() })
}

// remake has tasks made again whose peers are gone with parcels that somebody wants, and
// reports whether there are some.
func (r *run) remake() (some bool) {
	for _, s := range r.mu.stages {
		s.kept = slices.DeleteFunc(s.kept, func(t *task) bool {
			if r.state(t.at).State <= Ready {
				return false
			}
			t.missing = map[int]bool{}
			for _, e := range s.outs {
				if r.wanted(e) {
					r.stores[e.id].withdraw(slices.Index(e.feeds, s.stage), t.number)
					t.missing[e.id] = true
				}
			}
			if len(t.missing) == 0 {
				return true
			}
			t.done, s.done = false, false
			r.mu.tasks[t.id] = t
			s.again = append(s.again, t)
			some = true
			return true
		})
	}
	if some {
		r.mu.changed.Broadcast()
	}
	return some
}

// wanted reports whether peers will read parcels of an edge.
func (r *run) wanted(e *edge) bool {
	_, _, closed := r.stores[e.id].waiting()
	return r.cut.toPeers(e) && !closed
}

// release forgets the input of stages that are done, and of which nothing can have to be
// made again.
func (r *run) release() {
	for _, s := range slices.Backward(r.mu.stages) {
		if s.done && (len(s.kept) == 0 || !slices.ContainsFunc(s.outs, r.wanted)) {
			for _, e := range s.ins {
				r.stores[e.id].close()
			}
		}
	}
}
