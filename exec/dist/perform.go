package dist

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
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
	r.mu.Lock()
	a := t.running[p.ID]
	a.cancel = cancel
	if t.done {
		cancel(errTwin)
	}
	m := r.message(p, t)
	r.mu.Unlock()
	got := r.hub.receipt()
	far := r.overview.Begin(t.stage.origin, p.ID, p.Name, fmt.Sprintf("task %d", t.number+1))
	err := r.converse(ctx, p, m, t, got, far)
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.mu.changed.Broadcast()
	delete(t.running, p.ID)
	counts := !t.done && r.ctx.Err() == nil && err == nil
	far.End(counts)
	switch {
	case counts:
		r.mu.done[p.ID]++
		r.commit(t, got, time.Since(a.began))
		return
	case !t.done && r.ctx.Err() == nil: // else another has done it, or nobody wants it
		r.lost(p, t, err)
	}
	r.mu.lost[p.ID]++
	got.discard()
}

// commit makes what a task has sent count. The mutex is held.
func (r *run) commit(t *task, got *receipt, took time.Duration) {
	s := t.stage
	t.done = true
	for _, e := range s.outs {
		r.stores[e.id].commit(slices.Index(e.feeds, s.stage), t.number, got.mu.parcels[e.id])
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
	if !ofTask && r.state(p.ID).State != Removed { // a peer that was not up to it is not asked again
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
func (r *run) converse(ctx context.Context, p Peer, m taskMessage, t *task, got *receipt, far *exec.FarTask) error {
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
		case sayParcel:
			err = r.parcel(t, b, got)
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

// parcel keeps a parcel that a peer has sent.
func (r *run) parcel(t *task, b []byte, got *receipt) error {
	m, err := parseParcel(b)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(t.stage.outs, func(e *edge) bool { return e.id == m.edge })
	if i < 0 || m.To >= r.stores[m.edge].parts {
		return fmt.Errorf("%w: a parcel for partition %d of edge %d", errMessage, m.To, m.edge)
	}
	if err := got.add(m.edge, m.Parcel); err != nil {
		return &failure{about(t.stage.origin, err), true} // of the driver's disk
	}
	return nil
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

// handle serves the streams that peers open for a run.
func (r *run) handle(ctx context.Context, h Header, s Stream) error {
	switch h.Kind {
	case RowsStream:
		return r.sendInput(ctx, h.Name, s)
	case FileStream:
		r.mu.Lock()
		known := r.mu.files[h.Name]
		r.mu.Unlock()
		if !known {
			return fmt.Errorf("%q is no file of the input", h.Name)
		}
		return serveFile(h.Name, s)
	}
	return fmt.Errorf("%w: a stream of kind %d", errMessage, h.Kind)
}

// inputName is how a peer names an input of a task.
func inputName(task uint64, input int) string { return fmt.Sprintf("%d:%d", task, input) }

// leaseName is how a peer asks for leases of a task.
func leaseName(task uint64) string { return fmt.Sprintf("%d:leases", task) }

// sendLeases gives leases to a task as its peer asks for them, one byte each time.
func (r *run) sendLeases(ctx context.Context, t *task, s Stream) error {
	for {
		var ask [1]byte
		if _, err := io.ReadFull(s, ask[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		leases, places := r.moreFor(ctx, t)
		b := binary.AppendUvarint(nil, uint64(len(leases)))
		for i, l := range leases {
			b = binary.AppendUvarint(appendSized(b, l), places[i])
		}
		if _, err := s.Write(b); err != nil {
			return err
		}
		if len(leases) == 0 {
			_, err := io.Copy(io.Discard, s) // it may ask again before it knows
			return err
		}
	}
}

// moreFor waits for leases for an open task.
func (r *run) moreFor(ctx context.Context, t *task) (leases [][]byte, places []uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := t.stage
	for s.feeding && !s.ended && ctx.Err() == nil && r.ctx.Err() == nil {
		r.waitSome()
	}
	if s.feeding || s.ended || s.done || !t.open || t.done || ctx.Err() != nil || r.ctx.Err() != nil {
		return nil, nil
	}
	slots := 1
	for id := range t.running {
		slots = max(r.state(id).Slots, 1)
	}
	return r.more(s, t, r.wanted(s, Peer{Slots: slots}))
}

// sendInput sends the rows of an input of a task.
func (r *run) sendInput(ctx context.Context, name string, s Stream) error {
	var number uint64
	var input int
	if _, err := fmt.Sscanf(name, "%d:leases", &number); err == nil {
		r.mu.Lock()
		t := r.mu.tasks[number]
		r.mu.Unlock()
		if t == nil {
			return fmt.Errorf("there is no task %d", number)
		}
		return r.sendLeases(ctx, t, s)
	}
	if _, err := fmt.Sscanf(name, "%d:%d", &number, &input); err != nil {
		return fmt.Errorf("%w: input %s", errMessage, strconv.Quote(name))
	}
	r.mu.Lock()
	t := r.mu.tasks[number]
	r.mu.Unlock()
	if t == nil || input < 0 || input >= len(t.stage.ins) {
		return fmt.Errorf("there is no input %d of task %d", input, number)
	}
	list, err := r.inputOf(t, input)
	if err != nil {
		return err
	}
	var head []byte
	for i := range list {
		b, err := r.hub.read(&list[i])
		if err != nil {
			r.fail(about(t.stage.origin, err)) // of the driver's disk
			return err
		}
		head = binary.AppendUvarint(head[:0], uint64(len(b)))
		if err := writeBoth(s, head, b); err != nil {
			return err
		}
	}
	return nil
}

// inputOf lists the parcels of an input of a task.
func (r *run) inputOf(t *task, input int) ([]held, error) {
	e := t.stage.ins[input]
	if e.order == nil {
		return r.stores[e.id].parcels(t.of.from, t.of.to), nil
	}
	var list []held
	for _, run := range r.stores[e.id].runs() {
		firsts := make([][]byte, len(run))
		for i := range run {
			firsts[i] = run[i].first
		}
		from, to, err := e.order.Find(firsts, t.of.within[0], t.of.within[1])
		if err != nil {
			return nil, err
		}
		list = append(list, run[from:to]...)
	}
	return list, nil
}
