package status

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// keep is how many runs that have ended are kept.
const keep = 20

// Page shows runs. Its methods may be called from any goroutine.
type Page struct {
	// Hosts are names by which a proxy on the same machine passes requests on, as in
	// "status.example.com". A request that comes by a loopback address is refused unless
	// its Host is localhost, a loopback address or one of them. They are to be set before
	// the page is served.
	Hosts []string

	mu struct {
		sync.Mutex
		last      int             // ID of the run that began last
		current   []*run          // in the order in which they began
		recent    []*run          // that have ended, the last one first
		ended     map[State]int64 // how many have
		version   version         // of all of this
		lastEvent uint64          // of the versions: when a run began or ended last
		changed   chan struct{}   // closed when the version grows; nil when nobody waits
		event     chan struct{}   // closed when a run begins or ends; nil when nobody waits
		waiting   int             // who wait
	}
}

// A version tells one state of a page from all others, also those of another program
// that was at the same address before.
type version struct {
	page, n uint64
}

// tag is the version as an entity tag, a weak one: the time of the answer differs.
func (v version) tag() string { return fmt.Sprintf(`W/"%x-%d"`, v.page, v.n) }

// versionOf is the version that a tag is of; none for other tags.
func versionOf(tag string) (v version) {
	if _, err := fmt.Sscanf(tag, `W/"%x-%d"`, &v.page, &v.n); err != nil {
		return version{}
	}
	return v
}

// New returns a page without runs, as the zero Page is one.
func New() *Page { return &Page{} }

// Watch is the option of a run that is to be on the page, by this name; that of the
// program when it is empty. Runs of one name that are under way at the same time are
// numbered. The option can be used for several runs.
func (p *Page) Watch(name string) df.Option {
	site := plan.Caller()
	return func(c *exec.Config) {
		c.Watchers = append(c.Watchers, exec.Watcher{Op: "status page", Site: site, Start: func(func(error)) (exec.Watch, error) {
			return watch{p, p.begin(name)}, nil
		}})
	}
}

// watch is what a run tells its page by.
type watch struct {
	page *Page
	run  *run
}

func (w watch) Tell(p exec.Progress) {
	w.page.mu.Lock()
	defer w.page.mu.Unlock()
	w.run.tell(&p)
	if !p.Done { // else the end is near, and tells the rest
		w.page.changeLocked()
	}
}

func (w watch) End(err error) {
	w.page.mu.Lock()
	defer w.page.mu.Unlock()
	w.page.endLocked(w.run, err)
	w.page.eventLocked()
}

// changeLocked tells those who wait that something is new.
func (p *Page) changeLocked() {
	if p.mu.version.n++; p.mu.version.page == 0 {
		p.mu.version.page = rand.Uint64()
	}
	wake(&p.mu.changed)
}

// eventLocked tells them that a run has begun or ended.
func (p *Page) eventLocked() {
	p.changeLocked()
	p.mu.lastEvent = p.mu.version.n
	wake(&p.mu.event)
}

func wake(c *chan struct{}) {
	if *c != nil {
		close(*c)
		*c = nil
	}
}

func (p *Page) begin(name string) *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.last++
	r := &run{id: p.mu.last, began: time.Now(), state: Running}
	r.name = p.freeLocked(cmp.Or(name, filepath.Base(os.Args[0])))
	p.mu.current = append(p.mu.current, r)
	p.eventLocked()
	return r
}

// freeLocked is the name, or with the first number that makes it one that no other run
// has now. Names are labels of metrics: numbers that are used again keep those few.
func (p *Page) freeLocked(name string) string {
	free := name
	for n := 2; slices.ContainsFunc(p.mu.current, func(r *run) bool { return r.name == free }); n++ {
		free = fmt.Sprintf("%s (%d)", name, n)
	}
	return free
}

func (p *Page) endLocked(r *run, err error) {
	r.end(err)
	if p.mu.ended == nil {
		p.mu.ended = map[State]int64{}
	}
	p.mu.ended[r.state]++
	p.mu.current = slices.DeleteFunc(p.mu.current, func(o *run) bool { return o == r })
	p.mu.recent = slices.Insert(p.mu.recent, 0, r)
	if len(p.mu.recent) > keep {
		p.mu.recent[keep] = nil
		p.mu.recent = p.mu.recent[:keep]
	}
}

const (
	maxWaiting = 64                     // how many may wait for a change at one time
	calm       = 400 * time.Millisecond // how often those who wait are told, but for the beginning and end of a run
)

// wait returns when the page has another version than the one that is known, or when
// ctx ends, or at once when too many wait already. Who asks again at once is told every
// event, and numbers not faster than they can be read.
func (p *Page) wait(ctx context.Context, known version) {
	p.mu.Lock()
	if known.page != p.mu.version.page || known.n < p.mu.lastEvent || p.mu.waiting >= maxWaiting {
		p.mu.Unlock()
		return
	}
	for _, c := range []*chan struct{}{&p.mu.changed, &p.mu.event} {
		if *c == nil {
			*c = make(chan struct{})
		}
	}
	changed, event := p.mu.changed, p.mu.event
	if p.mu.version != known {
		closed := make(chan struct{})
		close(closed)
		changed = closed
	}
	p.mu.waiting++
	p.mu.Unlock()

	early := time.NewTimer(calm)
	defer early.Stop()
	select {
	case <-changed:
		select {
		case <-early.C:
		case <-event:
		case <-ctx.Done():
		}
	case <-ctx.Done():
	}
	p.mu.Lock()
	p.mu.waiting--
	p.mu.Unlock()
}

// State is where a run stands.
type State string

// The states of a run.
const (
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled" // its context was, also because nobody wanted more rows
)

// states are all of them.
var states = []State{Running, Done, Failed, Cancelled}

func stateOf(err error) State {
	switch {
	case err == nil:
		return Done
	case errors.Is(err, context.Canceled):
		return Cancelled
	}
	return Failed
}
