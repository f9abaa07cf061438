package dist

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// A stageRun is how far a stage has come. The mutex of the run guards it.
type stageRun struct {
	*stage
	src     *exec.Leases // of a source
	size    int64        // bytes of input; -1 is not known
	given   int64        // of these: leased
	morsels uint64       // leased
	feeding bool         // a goroutine is at the source

	ranges []partitions // of a breaker: tasks to come

	tasks   uint64 // made so far
	running []*task
	again   []*task // lost with their peers
	kept    []*task // done, by peers that keep what others may want of them
	ready   bool    // its tasks can be made
	ended   bool    // no new ones will be made
	done    bool
	took    []time.Duration // of tasks that are done
}

// partitions are the input of a task: those from one on and before another, or a range.
type partitions struct {
	from, to int
	within   [2][]byte
	bytes    int64
}

// A task is a piece of a stage.
type task struct {
	id      uint64 // in the run
	number  uint64 // in the stage
	stage   *stageRun
	leases  [][]byte
	places  []uint64 // of these, in the whole input
	first   uint64
	open    bool // the peer asks for more leases
	of      partitions
	done    bool
	at      int          // the peer that keeps its parcels
	missing map[int]bool // nil: nothing was sent; else the edges for which it is made again
	losses  int
	avoid   map[int]error // of peers that were not up to it
	running map[int]*attempt
}

// An attempt is a peer that runs a task.
type attempt struct {
	cancel context.CancelCauseFunc
	began  time.Time
}

// cancelAll cancels what peers do for a task. One that has just taken it sees that it is done.
func (t *task) cancelAll(why error) {
	for _, a := range t.running {
		if a.cancel != nil {
			a.cancel(why)
		}
	}
}

func (s *stageRun) close() error {
	if s.src == nil {
		return nil
	}
	return s.src.Close()
}

// allDone reports whether nothing is left for peers to do. The mutex is held, as in all of
// this file.
func (r *run) allDone() bool {
	return !slices.ContainsFunc(r.mu.stages, func(s *stageRun) bool { return !s.done })
}

// look looks for stages whose rows nobody wants any more, and for those that may go on.
func (r *run) look() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.mu.stages) - 1; i >= 0; i-- {
		s := r.mu.stages[i]
		if s.done || !r.unwanted(s) {
			continue
		}
		s.ended, s.again = true, nil
		for _, t := range s.running {
			t.done = true
			t.cancelAll(errNotWanted)
		}
		s.running = nil
		r.check(s)
	}
	r.release()
	r.mu.changed.Broadcast()
}

var (
	errNotWanted = errors.New("its rows are not wanted any more")
	errTwin      = errors.New("another peer was faster")
)

func (r *run) unwanted(s *stageRun) bool {
	for _, e := range s.outs {
		if _, _, closed := r.stores[e.id].waiting(); !closed {
			return false
		}
	}
	return true
}

// check ends a stage that has no tasks left, and begins those that have waited for it.
func (r *run) check(s *stageRun) {
	if s.done || !s.ended || len(s.running)+len(s.again) > 0 {
		return
	}
	s.done = true
	r.overview.Done(s.origin)
	for _, e := range s.outs {
		r.endFeed(r.stores[e.id], slices.Index(e.feeds, s.stage), s.tasks)
	}
	r.release()
	r.mu.changed.Broadcast()
}

// endFeed ends a feed of an edge, and begins the stage that has waited for it.
func (r *run) endFeed(s *store, feed int, tasks uint64) {
	if !s.end(feed, tasks) || s.e.driver {
		return
	}
	for _, to := range r.mu.stages {
		if slices.Contains(to.ins, s.e) {
			if to.ready || to.ended {
				continue // it has only waited for something that was made again
			}
			if err := r.begin(to); err != nil {
				r.fail(about(to.origin, err))
			}
		}
	}
}

// begin makes the tasks of a breaker, if all of its input is there.
func (r *run) begin(s *stageRun) error {
	var sizes []int64
	for _, e := range s.ins {
		if !r.stores[e.id].complete() {
			return nil
		}
		for i, n := range r.stores[e.id].sizes() {
			if i == len(sizes) {
				sizes = append(sizes, 0)
			}
			sizes[i] += n
		}
	}
	total := int64(0)
	for _, n := range sizes {
		total += n
	}
	each := max(total/int64(tasksPerSlot*r.slots()), leastTask)
	s.ready = true
	if order := s.ins[0].order; order != nil && total > 0 {
		var err error
		if s.ranges, err = r.cutRanges(s, order, total, each); err != nil {
			return err
		}
	} else {
		s.ranges = together(sizes, each)
	}
	s.ended = len(s.ranges) == 0
	r.check(s)
	r.mu.changed.Broadcast()
	return nil
}

// A stage has so many tasks for each worker of the peers, unless they have less than so
// many bytes.
const (
	tasksPerSlot = 3
	leastTask    = 1 << 20
)

// together puts neighbouring partitions together until they have enough bytes.
func together(sizes []int64, each int64) (list []partitions) {
	p := partitions{}
	for i, n := range sizes {
		p.to = i + 1
		if p.bytes += n; p.bytes >= each {
			list = append(list, p)
			p = partitions{from: i + 1}
		}
	}
	if p.bytes > 0 {
		list = append(list, p)
	}
	return list
}

// cutRanges cuts sorted runs into ranges of about so many bytes.
func (r *run) cutRanges(s *stageRun, order exec.Ranges, total, each int64) (list []partitions, err error) {
	var firsts [][]byte
	var sizes []int
	for _, k := range r.stores[s.ins[0].id].parcels(0, 1) {
		firsts, sizes = append(firsts, k.first), append(sizes, k.size)
	}
	bounds, err := order.Cut(firsts, sizes, int((total+each-1)/each))
	if err != nil {
		return nil, err
	}
	bounds = append(append([][]byte{nil}, bounds...), nil)
	for i := range len(bounds) - 1 {
		list = append(list, partitions{to: 1, within: [2][]byte{bounds[i], bounds[i+1]}, bytes: total / int64(len(bounds)-1)})
	}
	return list, nil
}

// mayGo reports whether a stage may have another task: not while the driver has much of
// it to take.
func (r *run) mayGo(s *stageRun) bool {
	least, started := int64(0), false
	for _, e := range s.outs {
		if !e.driver || e.how.First != nil {
			return true
		}
		bytes, taken, closed := r.stores[e.id].waiting()
		switch {
		case closed:
		case taken && !started:
			least, started = bytes, true
		case taken:
			least = min(least, bytes)
		case !started:
			least = max(least, bytes)
		}
	}
	return least < ahead
}

// ahead is how many bytes of a stage wait for the driver before it has no further tasks.
const ahead = 64 << 20

// feed makes the next task of a stage, or returns nil when there is none now. The mutex is
// let go while a source is asked, which may have to wait.
func (r *run) feed(s *stageRun, p Peer) *task {
	if s.ended || s.feeding || !r.mayGo(s) {
		return nil
	}
	t := &task{stage: s, avoid: map[int]error{}, running: map[int]*attempt{}}
	switch {
	case s.pulled():
		t.open = true
	case s.origin.Kind == plan.Source:
		if r.more(s, t, r.share(s, p)); len(t.leases) == 0 || s.done {
			r.check(s)
			return nil
		}
	default:
		if !s.ready {
			return nil
		}
		t.of = s.ranges[0]
		s.ranges = s.ranges[1:]
		s.ended = len(s.ranges) == 0
		t.first = s.tasks << rankShift
	}
	r.enter(t)
	s.running = append(s.running, t)
	return t
}

// enter gives a task its numbers.
func (r *run) enter(t *task) {
	t.id, t.number = r.mu.next, t.stage.tasks
	r.mu.next++
	t.stage.tasks++
	r.mu.tasks[t.id] = t
}

// pulled reports whether tasks of a stage ask for their input as they go: where they fold
// rows, so that a peer folds all of its rows at once, and no order of rows counts.
func (s *stageRun) pulled() bool {
	return s.origin.Kind == plan.Source && !slices.ContainsFunc(s.outs, func(e *edge) bool { return !e.how.Placed })
}

// more leases so many bytes of input to a task, and lets the mutex go meanwhile.
func (r *run) more(s *stageRun, t *task, want int64) (leases [][]byte, places []uint64) {
	s.feeding = true
	r.mu.Unlock()
	var bytes int64
	var ended bool
	var err error
	leases, bytes, ended, err = r.lease(s, want)
	r.mu.Lock()
	s.feeding = false
	defer r.mu.changed.Broadcast()
	if err != nil {
		r.fail(err)
		return nil, nil
	}
	if s.pulled() && !t.open && len(leases) > 0 { // lost meanwhile, and perhaps begun elsewhere
		t = &task{stage: s, avoid: map[int]error{}, running: map[int]*attempt{}}
		r.enter(t)
		s.again = append(s.again, t)
	}
	s.given += bytes
	t.of.bytes += bytes
	for range leases {
		places = append(places, s.morsels)
		s.morsels++
	}
	t.leases, t.places = append(t.leases, leases...), append(t.places, places...)
	s.ended = s.ended || ended
	return leases, places
}

// share is how many bytes of input the next task of a source has for a peer: less and less
// towards the end, so that all peers end at about the same time, and little at first where
// somebody waits for rows.
func (r *run) share(s *stageRun, p Peer) int64 {
	const most = 256 << 20
	least, little := int64(4<<20), int64(1<<20)
	if s.src == nil || s.src.Weighed() {
		least, little = 1, 1 // a piece: there may be much to do for a row
	}
	slots := int64(max(p.Slots, 1))
	n := least << min(s.tasks, 4) * slots
	if s.size >= 0 {
		n = max(s.size-s.given, 0) * slots / int64(2*r.slots())
	}
	if s.pulled() {
		const much = 16 << 20
		return min(max(n/8, little), much*slots)
	}
	gathers := !slices.ContainsFunc(s.outs, func(e *edge) bool { return !e.driver || e.how.First != nil })
	if gathers {
		n = min(n, min(int64(1<<20)<<min(s.tasks/uint64(max(len(r.mu.working), 1)), 5), 32<<20)*slots)
	}
	return min(max(n, least), most*slots)
}

// patience is how long a task waits for input of a slow source to come together.
const patience = 50 * time.Millisecond

// lease takes morsels of a source.
func (r *run) lease(s *stageRun, want int64) (leases [][]byte, bytes int64, ended bool, err error) {
	if s.src == nil {
		if s.src, err = exec.OpenLeases(s.origin); err != nil {
			return nil, 0, false, err
		}
		if s.size = s.src.Size(); len(s.src.Files()) > 0 {
			r.overview.Expect(s.origin, s.size)
		}
		r.mu.Lock()
		for _, path := range s.src.Files() {
			r.mu.files[path] = true
		}
		r.mu.Unlock()
	}
	began := time.Now()
	for bytes < want {
		l, n, err := s.src.Next(r.ctx)
		if errors.Is(err, io.EOF) {
			return leases, bytes, true, nil
		}
		if err != nil {
			return nil, 0, false, err
		}
		leases = append(leases, l)
		bytes += max(n, int64(len(l)))
		if time.Since(began) > patience {
			break
		}
	}
	return leases, bytes, false, nil
}
