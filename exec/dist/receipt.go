package dist

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"anabranch.dev/exec"
)

// A receipt is the parcels that one attempt of a task has sent, by edge. It counts when the
// task is done.
type receipt struct {
	h  *hub
	mu struct {
		sync.Mutex
		parcels map[int][]held
	}
}

func (h *hub) receipt() *receipt {
	r := &receipt{h: h}
	r.mu.parcels = map[int][]held{}
	return r
}

func (r *receipt) add(edge int, p exec.Parcel) error {
	k, err := r.h.keep(p)
	if err != nil {
		return err
	}
	r.note(edge, k)
	return nil
}

// addIn adds a parcel that a peer has put into its depot.
func (r *receipt) addIn(d *depot, at place, edge int, p exec.Parcel) error {
	if d.file != nil {
		if err := d.file.Grown(int64(at.size)); err != nil {
			return err
		}
	}
	r.note(edge, held{to: p.To, seq: p.Seq, first: p.First, size: at.size, off: at.off, in: d})
	return nil
}

func (r *receipt) note(edge int, k held) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.parcels[edge] = append(r.mu.parcels[edge], k)
}

// discard forgets all of it.
func (r *receipt) discard() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, list := range r.mu.parcels {
		r.h.drop(list)
	}
	clear(r.mu.parcels)
}

// An intake takes the parcels of an attempt.
type intake struct {
	r *run
	t *task
	*receipt
	depot  *depot // of the peer; or nil
	placed bool   // something is there
}

// kept reports whether the peer keeps what was sent.
func (i *intake) kept() bool { return i.placed && i.depot.file == nil }

// parcel keeps a parcel that a peer has sent, or put into its depot.
func (i *intake) parcel(kind byte, b []byte) error {
	m, err := parseParcel(b)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(i.t.stage.outs, func(e *edge) bool { return e.id == m.edge })
	if n < 0 || m.To >= i.r.stores[m.edge].parts {
		return fmt.Errorf("%w: a parcel for partition %d of edge %d", errMessage, m.To, m.edge)
	}
	if kind == sayParcel {
		err = i.add(m.edge, m.Parcel)
	} else {
		var at place
		if at, err = readPlace(bytes.NewReader(m.Block)); err != nil {
			return err
		}
		if i.depot == nil || i.depot.file == nil && !i.r.cut.toPeers(i.t.stage.outs[n]) {
			return fmt.Errorf("%w: a parcel in a depot that it does not have", errMessage)
		}
		if i.depot.file != nil {
			if err := at.in(i.depot.file.Has); err != nil {
				return err
			}
		}
		i.placed = true
		err = i.addIn(i.depot, at, m.edge, m.Parcel)
	}
	if err != nil {
		return &failure{about(i.t.stage.origin, err), true} // of the driver's disk
	}
	return nil
}
