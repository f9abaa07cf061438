package exec

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"

	"anabranch.dev/internal/plan"
	"anabranch.dev/internal/vfs"
	"anabranch.dev/spill"
	"golang.org/x/sync/errgroup"
)

// errAborted ends workers of a run that has failed already.
var errAborted = errors.New("exec: the run is over")

// Config is how to run a plan. The zero Config is a good one.
type Config struct {
	Workers   int       // goroutines per pipeline; 0: GOMAXPROCS
	Memory    int64     // bytes; 0: a quarter of what the machine or its cgroup has
	TempDir   string    // for temporary files; empty: os.TempDir()
	Disk      int64     // bytes of temporary files; 0: what the disk has
	Watchers  []Watcher // follow the run from its beginning to its end
	NoMetrics bool      // do not time operators; rows are counted still

	Begun     func()    // is called when the run has begun, before any operator
	Overview  *Overview // of the whole that this run is a part of; nil: it is all
	Elsewhere Elsewhere // runs the plan instead; nil: it runs in this process
	Piece     *Piece    // this run is a piece of one that several processes share; nil: it is not

	NoSoftLimit bool   // leave the soft limit on the process's memory alone
	FS          vfs.FS // where temporary and written files are; nil: the system's
}

// Run is one execution of a plan, as one of its operators sees it. Its methods may be
// called from any goroutine.
type Run struct {
	*running
	op     *operator // whose view this is; nil: nobody's
	memory *Budget
}

// running is what the views of a run share.
type running struct {
	parent     context.Context // the caller's
	ctx        context.Context
	cancel     context.CancelCauseFunc
	workers    int
	instrument bool
	aborted    atomic.Bool
	current    atomic.Pointer[pipeline]
	space      *spill.Space // of temporary files
	tempDir    string
	fs         vfs.FS
	piece      *Piece
	overview   *Overview
	started    time.Time
	watching   watches

	mu struct {
		sync.Mutex
		err       error
		errSeq    uint64
		written   map[string]bool // files that the run writes
		onAbort   []func()
		onSuccess []func() error
		closers   []func() error
	}
	totals totals
}

// of is the run as an operator sees it.
func (r *Run) of(op *operator) *Run {
	return &Run{running: r.running, op: op, memory: r.memory.of(&op.memory)}
}

// Context ends when the run does.
func (r *Run) Context() context.Context { return r.ctx }

// Workers is the number of workers of each pipeline.
func (r *Run) Workers() int { return r.workers }

// Memory is the budget that all operators of the run share.
func (r *Run) Memory() *Budget { return r.memory }

// OnSuccess asks for f to be run when everything else has succeeded: to make a
// finished file visible under its name. It is called by a [Breaker.Finish], whose
// operator an error of f is about.
func (r *Run) OnSuccess(f func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.onSuccess = append(r.mu.onSuccess, r.about(f))
}

// about makes errors of f name the operator.
func (r *Run) about(f func() error) func() error {
	return func() error {
		err := f()
		if err != nil && r.op != nil {
			err = nodeError(r.op.node, err)
		}
		return err
	}
}

// claim notes that the run writes a file, and reports whether that is new.
func (r *Run) claim(target string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.written == nil {
		r.mu.written = map[string]bool{}
	}
	was := r.mu.written[target]
	r.mu.written[target] = true
	return !was
}

// OnClose asks for f to be run when the run ends, however it ends.
func (r *Run) OnClose(f func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.closers = append(r.mu.closers, f)
}

// closeLater closes a stage of an operator when the run ends.
func (r *Run) closeLater(n *plan.Node, stage any) {
	if c, ok := stage.(interface{ Close() error }); ok {
		r.OnClose(func() error {
			err := guarded(c.Close)
			if err != nil {
				err = nodeError(n, err)
			}
			return err
		})
	}
}

// onAbort asks for f to be run, soon, when the run fails or is cancelled.
func (r *Run) onAbort(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.onAbort = append(r.mu.onAbort, f)
}

// fail ends the run with err. Of several errors that arrive before the workers
// have stopped, the one from the earliest morsel is kept.
func (r *Run) fail(err error, seq uint64) {
	if err == nil || errors.Is(err, errAborted) {
		return
	}
	r.mu.Lock()
	if r.mu.err == nil || seq < r.mu.errSeq && !isCancel(err) {
		r.mu.err, r.mu.errSeq = err, seq
	}
	r.mu.Unlock()
	r.cancel(err)
}

// failed is the error that the run was ended with, or nil.
func (r *Run) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mu.err
}

func isCancel(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// abort runs when the run's context ends, for whatever reason.
func (r *Run) abort() {
	r.aborted.Store(true)
	r.mu.Lock()
	wake := r.mu.onAbort
	r.mu.Unlock()
	for _, f := range wake {
		f()
	}
}

// err is why the run is over, or nil.
func (r *Run) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.mu.err
	if cause := context.Cause(r.parent); cause != nil && (err == nil || isCancel(err) || errors.Is(err, cause)) {
		return cause
	}
	return err
}

// since is how many nanoseconds ago the run began: at least one.
func (r *Run) since() int64 { return max(int64(time.Since(r.started)), 1) }

// Each calls f for 0 to n-1 on all workers, for the parallel part of a Finish.
// The first error ends it.
func (r *Run) Each(n int, f func(i int) error) error {
	var next, together atomic.Int64
	began := time.Now()
	g, ctx := errgroup.WithContext(r.ctx)
	for range min(n, r.workers) {
		g.Go(func() error {
			start := time.Now()
			defer func() { together.Add(int64(time.Since(start))) }()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return nil
				}
				if err := guarded(func() error { return f(i) }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := g.Wait()
	if p := r.current.Load(); r.op != nil && p != nil { // one of them is measured by who has called
		more := max(together.Load()-int64(time.Since(began)), 0)
		r.op.busy.Add(more)
		p.total.spent.Add(more)
	}
	if err != nil {
		return err
	}
	return r.ctx.Err()
}

// MaxWorkers is the most workers that a run accepts.
const MaxWorkers = 4096

// check refuses what no run can be made of, and makes the run's budget.
func (c Config) check() (*Budget, error) {
	if c.Workers > MaxWorkers {
		return nil, fmt.Errorf("%d workers: at most %d are allowed", c.Workers, MaxWorkers)
	}
	if c.TempDir != "" {
		info, err := os.Stat(c.TempDir)
		if err != nil {
			return nil, fmt.Errorf("directory for temporary files: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("directory for temporary files: %s is not a directory", c.TempDir)
		}
	}
	return newBudget(c.Memory, c.Workers)
}

// Execute runs the plan whose last nodes are roots. It returns when every
// goroutine of the run has ended and every temporary file is gone. When ctx
// ends first, it returns the cause of that.
func Execute(ctx context.Context, c Config, roots ...*plan.Node) (err error) {
	if len(roots) == 0 {
		return nil
	}
	if c.Workers < 0 || c.Memory < 0 || c.Disk < 0 {
		panic(fmt.Sprintf("exec: %d workers, %d bytes of memory and %d of disk: none can be negative", c.Workers, c.Memory, c.Disk))
	}
	if c.FS == nil {
		c.FS = vfs.OS
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if c.Elsewhere != nil {
		return c.Elsewhere.Execute(ctx, c, roots...)
	}
	budget, err := c.check()
	if err != nil {
		return nodeError(roots[0], err)
	}
	if c.Memory == 0 || c.NoSoftLimit {
		raiseHeapFloor(budget.limit)
	} else {
		defer limitMemory(budget.limit)()
	}
	r := &Run{memory: budget, running: &running{
		parent: ctx, workers: c.Workers, instrument: !c.NoMetrics, started: time.Now(),
		space: spill.NewSpace(c.Disk), tempDir: c.TempDir, fs: c.FS, piece: c.Piece,
		overview: c.Overview,
	}}
	if c.Overview != nil {
		c.Overview.begin(r)
	}
	if c.Piece != nil && c.Piece.Tell != nil {
		tell := func(Progress) { c.Piece.Tell(r.tallies(c.Piece.Number)) }
		c.Watchers = append(c.Watchers, WatchFunc(tell).Watcher())
	}
	ctx, task := trace.NewTask(ctx, "run")
	defer task.End()
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	woken := make(chan struct{})
	stop := context.AfterFunc(r.ctx, func() { defer close(woken); r.abort() })
	defer func() {
		if !stop() {
			<-woken
		}
	}()
	watching, err := r.startWatches(c.Watchers)
	if err != nil {
		return err
	}
	defer func() { watching.End(err) }()
	r.watching = watching
	if c.Begun != nil {
		c.Begun()
	}
	return r.execute(roots)
}

func (r *Run) execute(roots []*plan.Node) (err error) {
	stop := r.watch()
	defer func() {
		if e := stop(err); err == nil {
			if err = e; err == nil {
				err = r.failed() // by a watch, when it was told of the end
			}
		}
	}()
	defer func() {
		for _, f := range r.mu.closers {
			if e := guarded(f); err == nil {
				err = e
			}
		}
	}()
	g, err := compile(r, roots)
	if err != nil {
		r.fail(err, 0)
		return r.err()
	}
	g.describe()
	for reg := g.next(); reg != nil; reg = g.next() {
		if err := g.runRegion(reg); err != nil {
			r.fail(err, 0)
			return r.err()
		}
	}
	for _, f := range r.mu.onSuccess {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// guarded runs f and makes an error of a panic in it.
func guarded(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicError(v)
		}
	}()
	return f()
}
