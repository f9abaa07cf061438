package dist

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// Serve runs a task that the driver has sent over s. It is for peers.
func Serve(ctx context.Context, h Header, s Stream, links Links) error {
	in := bufio.NewReader(s)
	b, err := readSized(in, maxTask)
	if err != nil {
		return whole(err)
	}
	m, err := decodedAs[taskMessage](b)
	if err != nil {
		return err
	}
	out := &taskStream{s: s}
	err = serveTask(ctx, h.ID, m, out, links)
	if ctx.Err() != nil {
		return context.Cause(ctx) // nobody listens
	}
	end := endMessage{}
	if err != nil {
		end.Err = messageOf(err)
	}
	return out.say(sayEnd, encoded(end))
}

// taskStream is what a peer says about a task.
type taskStream struct {
	mu   sync.Mutex
	s    Stream
	head []byte
}

func (t *taskStream) say(kind byte, p []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head = appendSized(append(t.head[:0], kind), p)
	_, err := t.s.Write(t.head)
	return err
}

// counts tells the driver what was counted. An error is that of what the task sends later.
func (t *taskStream) counts(list []exec.Tally) { _ = t.say(sayCounts, encoded(list)) }

// parcel sends a parcel: where it stands, if it can be put into the depot.
func (t *taskStream) parcel(p parcelMessage, d ownDepot) error {
	if d != nil {
		if off, err := d.append(p.Block); err == nil {
			p.Block = place{off, len(p.Block)}.append(make([]byte, 0, 2*binary.MaxVarintLen64))
			return t.send(p, sayPlaced)
		} // else a disk is full: the driver's, as it will say itself, or the peer's
	}
	return t.send(p, sayParcel)
}

func (t *taskStream) send(p parcelMessage, kind byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head = p.appendHead(t.head[:0], kind)
	return writeBoth(t.s, t.head, p.Block)
}

func serveTask(ctx context.Context, run uint64, m taskMessage, out *taskStream, links Links) (err error) {
	c, err := cuts.of(m.Calls)
	if err != nil {
		return err
	}
	if c.fingerprint() != m.Plan {
		return fmt.Errorf("the peer has made another plan of %s: it depends on more than the argument of its df.Func, as a flag or a global that main sets", names(m.Calls))
	}
	if m.Stage < 0 || m.Stage >= len(c.stages) || len(m.Parts) != len(c.stages[m.Stage].outs) {
		return fmt.Errorf("%w: stage %d with %d edges", errMessage, m.Stage, len(m.Parts))
	}
	s := c.stages[m.Stage]
	if len(m.Leases) != len(m.Places) {
		return fmt.Errorf("%w: %d leases with %d places", errMessage, len(m.Leases), len(m.Places))
	}
	d, err := openDepot(m.Depot, links.Self, run)
	if err != nil {
		d = nil // bytes are sent
	} else if d != nil {
		defer func() {
			if e := d.Close(); err == nil {
				err = e
			}
		}()
	}
	at := ends{within: m.Within, outlets: map[int]sendingTo{}}
	leases := &leases{list: m.Leases, places: m.Places}
	if m.Pull {
		leases.open = func() (Stream, error) {
			return links.Driver(ctx, Header{Kind: RowsStream, ID: run, Name: leaseName(m.Task)})
		}
	}
	at.leases = leases
	for i := range s.ins {
		at.inlets = append(at.inlets, &rowsFrom{ctx: ctx, links: links, run: run, name: inputName(m.Task, i), files: m.Depot.Path != ""})
	}
	for i, e := range s.outs {
		if m.Parts[i] < 1 || m.Parts[i] > maxParts {
			return fmt.Errorf("%w: %d partitions", errMessage, m.Parts[i])
		}
		into := d
		if e.driver || m.Depot.Path == "" && !c.toPeers(e) {
			into = nil // the driver takes them as they come, or cannot read what a peer keeps
		}
		to := outletFunc(func(p exec.Parcel) error { return out.parcel(parcelMessage{e.id, p}, into) })
		at.outlets[e.id] = sendingTo{to, e.options(m.Parts[i], m.Compress && into == nil)}
	}
	p, err := c.build(s, at)
	if err != nil {
		return err
	}
	memory := m.Memory
	if m.Share > 0 {
		memory = max(exec.DefaultMemory()/int64(m.Share), exec.Floor(m.Workers))
	}
	return exec.Execute(ctx, exec.Config{
		Workers: m.Workers, Memory: memory, Disk: m.Disk, NoMetrics: m.NoMetrics, NoSoftLimit: m.Share > 0,
		Piece: &exec.Piece{First: m.First, Tell: out.counts, Number: func(n *plan.Node) (int, exec.Side) {
			of, side := p.part(n)
			if of == nil {
				return -1, side
			}
			return c.number[of], side
		}, Open: func(path string, size int64) (exec.Input, error) {
			return openInput(path, size, func(h Header) (Stream, error) { return links.Driver(ctx, h) }, run)
		}},
	}, p.roots...)
}

// maxParts is the most partitions of an edge.
const maxParts = 1 << 16

// cuts are the plans that this process has made, by their calls.
var cuts cutCache

type cutCache struct {
	mu   sync.Mutex
	last string
	cut  *cut
}

// of makes the plan of calls, or returns the one that was made last.
func (k *cutCache) of(calls []callMessage) (*cut, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var key []byte
	for _, call := range calls {
		key = appendSized(appendSized(key, []byte(call.Name)), call.Arg)
	}
	if k.cut != nil && k.last == string(key) {
		return k.cut, nil
	}
	targets, err := makeCalls(calls)
	if err != nil {
		return nil, err
	}
	c, err := newCut(targets)
	if err == nil {
		k.last, k.cut = string(key), c
	}
	return c, err
}

// makeCalls makes the plans that calls name.
func makeCalls(calls []callMessage) (targets []*plan.Node, err error) {
	for _, call := range calls {
		n, err := made(plan.Call(call))
		if err != nil {
			return nil, err
		}
		targets = append(targets, n)
	}
	return targets, nil
}

// made is what a call makes. A panic of the user's function is an error.
func made(c plan.Call) (n *plan.Node, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("df.Func %q: %v", c.Name, v)
		}
	}()
	return c.Make()
}

func names(calls []callMessage) string {
	var b []byte
	for i, c := range calls {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = fmt.Appendf(b, "%q", c.Name)
	}
	return string(b)
}
