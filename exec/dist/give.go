package dist

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

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
	case KeptStream:
		return r.relay(ctx, h.Name, s)
	}
	return fmt.Errorf("%w: a stream of kind %d", errMessage, h.Kind)
}

// inputName is how a peer names an input of a task.
func inputName(task uint64, input int) string { return fmt.Sprintf("%d:%d", task, input) }

// filesSuffix is what such a name ends with, when the peer can read files of the driver.
const filesSuffix = ":files"

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
	return r.more(s, t, r.share(s, Peer{Slots: slots}))
}

// sendInput sends the rows of an input of a task.
func (r *run) sendInput(ctx context.Context, name string, s Stream) error {
	var number uint64
	var input int
	name, files := strings.CutSuffix(name, filesSuffix)
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
	if !r.stores[t.stage.ins[input].id].complete() {
		_, err := s.Write(appendSized(nil, nil)) // some of it is made again, perhaps by this peer
		return err
	}
	list, err := r.inputOf(t, input)
	if err != nil {
		return err
	}
	return r.sendParcels(t, list, files, s)
}

// sendParcels sends blocks, each behind its length. What is in depots that the peer can
// read is not sent, but where: the first message lists these depots, and a length of 0
// comes before the number of one and a place there. An empty first message says that some
// of the input is not there.
func (r *run) sendParcels(t *task, list []held, files bool, s Stream) error {
	placed := func(d *depot) bool { return d != nil && (files || d.file == nil) }
	var depots []depotMessage
	for _, d := range r.hub.depots() {
		if placed(d) {
			depots = append(depots, d.message)
		}
	}
	head := appendSized(nil, encoded(depots))
	const enough = 4 << 10
	for i := range list {
		k := &list[i]
		var block []byte
		if placed(k.in) {
			head = binary.AppendUvarint(append(head, 0), uint64(k.in.message.Number))
			if head = (place{k.off, k.size}).append(head); len(head) < enough {
				continue
			}
		} else {
			var err error
			if block, err = r.hub.read(k); err != nil {
				r.fail(about(t.stage.origin, err)) // of the driver's disk
				return err
			}
			head = binary.AppendUvarint(head, uint64(len(block)))
		}
		if err := writeBoth(s, head, block); err != nil {
			return err
		}
		head = head[:0]
	}
	_, err := s.Write(head)
	return err
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
