package dist

import (
	"sync"
	"sync/atomic"

	"anabranch.dev/exec"
	"anabranch.dev/spill"
)

// A hub keeps the parcels of a run, in memory and, when there are many, in a temporary
// file.
type hub struct {
	limit   int64 // bytes in memory
	used    atomic.Int64
	scratch *spill.Scratch
}

// A held is a parcel that the hub keeps.
type held struct {
	to    int
	rank  uint64 // of what it comes from, in the order of the rows
	seq   uint64 // of the morsel there
	first []byte
	size  int
	block []byte // nil: it is on disk
	off   int64
}

// keep takes a parcel. Calls may overlap.
func (h *hub) keep(p exec.Parcel) (held, error) {
	k := held{to: p.To, seq: p.Seq, first: p.First, size: len(p.Block), block: p.Block}
	if h.used.Add(int64(k.size)) <= h.limit {
		return k, nil
	}
	h.used.Add(-int64(k.size))
	off, err := h.scratch.Write(p.Block)
	k.block, k.off = nil, off
	return k, err
}

// read returns the block of a parcel.
func (h *hub) read(k *held) ([]byte, error) {
	if k.block != nil {
		return k.block, nil
	}
	b := make([]byte, k.size)
	return b, h.scratch.Read(b, k.off)
}

// drop forgets parcels.
func (h *hub) drop(list []held) {
	for i := range list {
		if list[i].block != nil {
			h.used.Add(-int64(list[i].size))
			list[i].block = nil
		}
	}
}

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
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.parcels[edge] = append(r.mu.parcels[edge], k)
	return nil
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
