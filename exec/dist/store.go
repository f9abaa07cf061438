package dist

import (
	"cmp"
	"context"
	"io"
	"slices"
	"sync"

	"anabranch.dev/exec"
)

// A store is what has come along an edge, of tasks that are done.
type store struct {
	e     *edge
	h     *hub
	parts int    // partitions
	moved func() // is called when the driver has taken something, or wants no more

	mu struct {
		sync.Mutex
		list    [][]held // by partition, in order when all has come; before that as it came
		bytes   int64    // of the parcels that are there
		feeds   int      // that have not ended
		all     bool     // it has come
		err     error    // why no more comes
		closed  bool     // nobody wants more
		taken   bool     // somebody has begun to take what has come
		done    map[uint64][]held
		next    uint64 // the rank that the driver takes parcels of
		ended   []bool // by feed
		last    []uint64
		changed *sync.Cond
	}
}

// rankShift is where the number of a feed stands in ranks, above that of a task.
const rankShift = 40

func newStore(e *edge, h *hub, parts int, moved func()) *store {
	s := &store{e: e, h: h, parts: parts, moved: moved}
	s.mu.list = make([][]held, parts)
	s.mu.feeds = max(len(e.feeds), 1)
	s.mu.ended = make([]bool, s.mu.feeds)
	s.mu.last = make([]uint64, s.mu.feeds)
	s.mu.done = map[uint64][]held{}
	s.mu.changed = sync.NewCond(&s.mu)
	return s
}

// commit adds what a task has sent. Tasks of one feed are numbered from 0.
func (s *store) commit(feed int, task uint64, parcels []held) {
	rank := uint64(feed)<<rankShift | task
	slices.SortStableFunc(parcels, func(a, b held) int { return cmp.Compare(a.seq, b.seq) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed {
		s.h.drop(parcels)
		return
	}
	for i := range parcels {
		parcels[i].rank = rank
		s.mu.bytes += int64(parcels[i].size)
	}
	if s.e.driver {
		s.mu.done[rank] = parcels
	} else {
		for _, k := range parcels {
			s.mu.list[k.to] = append(s.mu.list[k.to], k)
		}
	}
	s.mu.changed.Broadcast()
}

// end says that a feed has so many tasks, and all are done. It reports whether it was the
// last.
func (s *store) end(feed int, tasks uint64) (all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.ended[feed] {
		return false // it was another edge that something was made again for
	}
	s.mu.ended[feed], s.mu.last[feed] = true, tasks
	if s.mu.feeds--; s.mu.feeds == 0 {
		s.mu.all = true
		for _, list := range s.mu.list {
			slices.SortStableFunc(list, func(a, b held) int {
				return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.seq, b.seq))
			})
		}
	}
	s.mu.changed.Broadcast()
	return s.mu.feeds == 0
}

// withdraw forgets what a task has sent, which will come again.
func (s *store) withdraw(feed int, task uint64) {
	rank := uint64(feed)<<rankShift | task
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, list := range s.mu.list {
		s.mu.list[i] = slices.DeleteFunc(slices.Clone(list), func(k held) bool {
			if k.rank == rank {
				s.mu.bytes -= int64(k.size)
				s.h.drop([]held{k})
			}
			return k.rank == rank
		})
	}
	if s.mu.ended[feed] {
		s.mu.ended[feed], s.mu.all = false, false
		s.mu.feeds++
	}
}

// fail says that no more comes, and why.
func (s *store) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.err == nil {
		s.mu.err = err
	}
	s.mu.changed.Broadcast()
}

// close says that nobody wants more.
func (s *store) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.closed = true
	for _, list := range s.mu.list {
		s.h.drop(list)
	}
	for _, list := range s.mu.done {
		s.h.drop(list)
	}
	s.mu.list, s.mu.done = make([][]held, s.parts), map[uint64][]held{}
	s.mu.changed.Broadcast()
}

// waiting is how many bytes wait for the driver to take them, and whether it has begun to.
func (s *store) waiting() (bytes int64, taken, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.bytes, s.mu.taken, s.mu.closed
}

// sizes are the bytes of each partition.
func (s *store) sizes() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	sizes := make([]int64, len(s.mu.list))
	for i, list := range s.mu.list {
		for _, k := range list {
			sizes[i] += int64(k.size)
		}
	}
	return sizes
}

// parcels are those of partitions from one on and before another. They stay the store's.
func (s *store) parcels(from, to int) (list []held) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, part := range s.mu.list[from:to] {
		list = append(list, part...)
	}
	if s.e.ordered() && to-from > 1 {
		slices.SortStableFunc(list, func(a, b held) int {
			return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.seq, b.seq))
		})
	}
	return list
}

// runs are the parcels of each sorted run of an edge whose partitions are ranges.
func (s *store) runs() (runs [][]held) {
	for _, k := range s.parcels(0, 1) {
		if n := len(runs); n == 0 || runs[n-1][0].rank != k.rank {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], k)
	}
	return runs
}

// inlet gives the driver what comes along the edge, as soon as it may: in the order of the
// rows, if they have one.
type inlet struct {
	s    *store
	now  []held // of one task
	next int
}

var _ exec.Inlet = (*inlet)(nil)

func (i *inlet) Next(ctx context.Context) ([]byte, error) {
	for i.next == len(i.now) {
		list, err := i.s.take(ctx)
		if err != nil {
			return nil, err
		}
		i.now, i.next = list, 0
	}
	k := &i.now[i.next]
	i.next++
	b, err := i.s.h.read(k)
	i.s.taken(k)
	return b, err
}

// Waits reports whether the next call may have to wait.
func (i *inlet) Waits() bool { return i.next == len(i.now) }

func (i *inlet) Close() error {
	i.s.close()
	i.s.moved()
	return nil
}

func (s *store) taken(k *held) {
	s.h.drop([]held{*k})
	k.block = nil
	s.mu.Lock()
	s.mu.bytes -= int64(k.size)
	s.mu.Unlock()
	s.moved()
}

// wakes has what waits for the store look again when ctx ends.
func (s *store) wakes(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.mu.changed.Broadcast()
	})
}

// wait returns when all has come.
func (s *store) wait(ctx context.Context) error {
	defer s.wakes(ctx)()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.mu.err != nil:
			return s.mu.err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case s.mu.all:
			return nil
		}
		s.mu.changed.Wait()
	}
}

// take returns the parcels of the next task, when there are some.
func (s *store) take(ctx context.Context) ([]held, error) {
	defer s.wakes(ctx)()
	s.mu.Lock()
	first := !s.mu.taken
	s.mu.taken = true
	s.mu.Unlock()
	if first {
		s.moved()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.mu.err != nil:
			return nil, s.mu.err
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		}
		if list, ok := s.mu.done[s.mu.next]; ok {
			delete(s.mu.done, s.mu.next)
			s.mu.next++
			if len(list) > 0 {
				return list, nil
			}
			continue
		}
		if feed := int(s.mu.next >> rankShift); feed == len(s.mu.ended) {
			return nil, io.EOF
		} else if s.mu.ended[feed] && s.mu.next&(1<<rankShift-1) == s.mu.last[feed] {
			s.mu.next = uint64(feed+1) << rankShift
			continue
		}
		if !s.e.ordered() {
			if rank, ok := s.any(); ok {
				list := s.mu.done[rank]
				s.mu.done[rank] = nil // taken already
				if len(list) > 0 {
					return list, nil
				}
			}
		}
		s.mu.changed.Wait()
	}
}

// any finds a task that is done and has something. The mutex is held.
func (s *store) any() (rank uint64, ok bool) {
	for r, list := range s.mu.done {
		if len(list) > 0 {
			return r, true
		}
	}
	return 0, false
}

// complete reports whether all has come.
func (s *store) complete() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.all
}
