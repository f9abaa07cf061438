package dist

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"anabranch.dev/exec"
)

// take waits for a task that a peer can run, and returns nil when there will be none.
func (r *run) take(p Peer) *task {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if r.mu.over || r.ctx.Err() != nil || r.state(p.ID).State != Ready {
			return nil
		}
		if t := r.choose(p); t != nil {
			t.running[p.ID] = &attempt{began: time.Now()}
			return t
		}
		if r.ctx.Err() != nil {
			return nil
		}
		r.waitSome()
	}
}

// waitSome waits until something has changed, or for a while: stragglers change nothing.
func (r *run) waitSome() {
	const look = 200 * time.Millisecond
	timer := time.AfterFunc(look, r.wake)
	r.mu.changed.Wait()
	timer.Stop()
}

// choose picks a task for a peer: one that was lost before, then the next of the first
// stage that has one, then one that takes long elsewhere.
func (r *run) choose(p Peer) *task {
	for _, s := range r.mu.stages {
		if !r.fed(s) {
			continue
		}
		for i, t := range s.again {
			if err := t.avoid[p.ID]; err == nil {
				s.again = slices.Delete(s.again, i, i+1)
				s.running = append(s.running, t)
				return t
			} else if !r.others(t) {
				r.fail(err) // those that could are gone
				return nil
			}
		}
	}
	for _, s := range r.mu.stages {
		if !r.fed(s) {
			continue
		}
		if t := r.feed(s, p); t != nil {
			return t
		}
	}
	for _, s := range r.mu.stages {
		if t := s.straggler(p); t != nil {
			return t
		}
	}
	return nil
}

// straggler picks a task that takes much longer than others of its stage, which has no
// further ones, to be run a second time.
func (s *stageRun) straggler(p Peer) *task {
	if !s.ended || len(s.again) > 0 || len(s.took) == 0 {
		return nil
	}
	// What the peers of open tasks ask for has come to an end, as the stage has.
	took := slices.Sorted(slices.Values(s.took))
	limit := max(3*took[len(took)/2], time.Second)
	for _, t := range s.running {
		if len(t.running) != 1 || t.avoid[p.ID] != nil {
			continue
		}
		for id, a := range t.running {
			if id != p.ID && time.Since(a.began) > limit {
				return t
			}
		}
	}
	return nil
}

// perform has a peer run a task, and does what follows from how that ends.
func (r *run) perform(p Peer, t *task) {
	ctx, cancel := context.WithCancelCause(r.ctx)
	defer cancel(nil)
	d := r.hub.depot(p, func() error { return r.keep(p) })
	r.mu.Lock()
	a := t.running[p.ID]
	a.cancel = cancel
	if t.done {
		cancel(errTwin)
	}
	m := r.message(p, t)
	if d != nil {
		m.Depot = d.message
	}
	r.mu.Unlock()
	got := &intake{r, t, r.hub.receipt(), d, false}
	far := r.overview.Begin(t.stage.origin, p.ID, p.Name, fmt.Sprintf("task %d", t.number+1))
	err := r.converse(ctx, p, m, got, far)
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.mu.changed.Broadcast()
	delete(t.running, p.ID)
	if err == nil && got.kept() && r.state(p.ID).State != Ready {
		err = errGone
	}
	counts := !t.done && r.ctx.Err() == nil && err == nil
	far.End(counts && t.missing == nil)
	switch {
	case counts:
		r.mu.done[p.ID]++
		r.commit(p, t, got, time.Since(a.began))
		return
	case !t.done && r.ctx.Err() == nil: // else another has done it, or nobody wants it
		r.lost(p, t, err)
	}
	r.mu.lost[p.ID]++
	got.discard()
}

// commit makes what a task has sent count. The mutex is held.
func (r *run) commit(p Peer, t *task, got *intake, took time.Duration) {
	s := t.stage
	t.done = true
	for _, e := range s.outs {
		if t.missing != nil && !t.missing[e.id] {
			r.hub.drop(got.mu.parcels[e.id]) // it is there
			continue
		}
		r.stores[e.id].commit(slices.Index(e.feeds, s.stage), t.number, got.mu.parcels[e.id])
	}
	if got.kept() {
		t.at = p.ID
		s.kept = append(s.kept, t)
	}
	t.cancelAll(errTwin)
	s.took = append(s.took, took)
	s.running = slices.DeleteFunc(s.running, func(o *task) bool { return o == t })
	delete(r.mu.tasks, t.id)
	r.check(s)
}

// A failure is the error of a task, as opposed to that of a peer.
type failure struct {
	err  error
	here bool // in the driver: it is the same wherever the task runs
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// lost decides what becomes of a task that has not ended well. The mutex is held.
func (r *run) lost(p Peer, t *task, err error) {
	fail, ofTask := errors.AsType[*failure](err)
	if ofTask && errors.Is(err, errNotThere) {
		ofTask = false
	}
	if ofTask && (fail.here || !local(fail.err)) {
		r.fail(fail.err)
		return
	}
	if ofTask {
		t.avoid[p.ID] = fail.err
		if !r.others(t) {
			r.fail(fail.err)
			return
		}
	}
	if errors.Is(err, errNotThere) {
		if made := r.remake(); !made && r.fed(t.stage) {
			t.losses++ // else it is nobody's fault
		}
	} else if !ofTask && r.state(p.ID).State != Removed { // a peer that was not up to it is not asked again
		t.losses++
	}
	t.open = false // others have its leases, and no more
	if t.losses > r.o.Losses {
		r.fail(about(t.stage.origin, fmt.Errorf("task %d of its stage was lost %d times, the last time: %w", t.number+1, t.losses, err)))
		return
	}
	if len(t.running) == 0 {
		s := t.stage
		s.running = slices.DeleteFunc(s.running, func(o *task) bool { return o == t })
		s.again = append(s.again, t)
		slices.SortFunc(s.again, func(a, b *task) int { return cmp.Compare(a.number, b.number) })
	}
}

// others reports whether there is a peer that a task has not failed on.
func (r *run) others(t *task) bool {
	return slices.ContainsFunc(r.cluster.Peers(), func(p Peer) bool { return p.State <= Ready && t.avoid[p.ID] == nil })
}

// message is what a peer is told of a task. The mutex is held.
func (r *run) message(p Peer, t *task) taskMessage {
	m := taskMessage{
		Task: t.id, Calls: r.calls, Plan: r.print, Stage: t.stage.id,
		Leases: slices.Clone(t.leases), Places: slices.Clone(t.places), Pull: t.open, Within: t.of.within, First: t.first,
		Compress: !p.Near, Workers: max(p.Slots, 1), Memory: r.c.Memory, Disk: r.c.Disk, NoMetrics: r.c.NoMetrics,
	}
	if m.Memory == 0 {
		for _, o := range r.cluster.Peers() {
			if o.State == Ready && o.Machine == p.Machine {
				m.Share++
			}
		}
	} else {
		m.Memory = max(m.Memory, exec.Floor(m.Workers))
	}
	for _, e := range t.stage.outs {
		m.Parts = append(m.Parts, r.stores[e.id].parts)
	}
	return m
}

// converse sends a task to a peer, and takes what comes of it.
func (r *run) converse(ctx context.Context, p Peer, m taskMessage, got *intake, far *exec.FarTask) error {
	s, err := r.cluster.Open(ctx, p.ID, Header{Kind: TaskStream, ID: r.id})
	if err != nil {
		return err
	}
	defer s.Close()
	w := bufio.NewWriter(s)
	if _, err = w.Write(appendSized(nil, encoded(m))); err == nil {
		if err = w.Flush(); err == nil {
			err = s.CloseWrite()
		}
	}
	if err != nil {
		return err
	}
	in := bufio.NewReader(s) // a small one: parcels pass it by
	for {
		kind, err := in.ReadByte()
		if err != nil {
			return whole(err)
		}
		b, err := readSized(in, maxParcel)
		if err != nil {
			return whole(err)
		}
		switch kind {
		case sayParcel, sayPlaced:
			err = got.parcel(kind, b)
		case sayCounts:
			err = r.counts(b, far)
		case sayEnd:
			return r.ended(p, b)
		default:
			err = fmt.Errorf("%w: of kind %d", errMessage, kind)
		}
		if err != nil {
			return err
		}
	}
}

// counts notes what a task has counted.
func (r *run) counts(b []byte, far *exec.FarTask) error {
	list, err := decodedAs[[]exec.Tally](b)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Op < 0 || t.Op >= len(r.cut.nodes) {
			return fmt.Errorf("%w: counts of operator %d", errMessage, t.Op)
		}
		far.Tell(r.cut.nodes[t.Op], t)
	}
	return nil
}

// ended is what the last message of a task says.
func (r *run) ended(p Peer, b []byte) error {
	m, err := decodedAs[endMessage](b)
	if err != nil {
		return err
	}
	if m.Err == nil {
		return nil
	}
	return &failure{m.Err.err(p.Name), false}
}
