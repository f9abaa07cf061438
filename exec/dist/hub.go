package dist

import (
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"

	"anabranch.dev/exec"
	"anabranch.dev/spill"
)

// A hub keeps the parcels of a run: in memory and, when there are many, in a temporary
// file; and knows where those are that peers have put into depots.
type hub struct {
	limit   int64 // bytes in memory
	used    atomic.Int64
	temp    spill.Config
	scratch *spill.Scratch

	mu struct {
		sync.Mutex
		depots map[int]*depot // by peer; nil: it cannot have one
		list   []*depot
	}
}

func newHub(limit int64, temp spill.Config) *hub {
	temp.Space = spill.NewSpace(temp.Disk)
	h := &hub{limit: limit, temp: temp, scratch: spill.NewScratch(temp)}
	h.mu.depots = map[int]*depot{}
	return h
}

// A depot is where a peer puts parcels instead of sending them, and others find them: a
// file of the driver or, of a peer elsewhere that others can reach, what it keeps itself.
type depot struct {
	file    *spill.Scratch // nil: the peer keeps them
	message depotMessage
}

// A depotMessage tells peers of a depot.
type depotMessage struct {
	Number    int // in the hub
	Path      string
	Key       []byte // at the begin of the file
	Peer      int
	Addresses []string
}

// depot is that of a peer, or nil: then parcels come as bytes. A peer that is to keep them
// itself is told by keep; there is one call for a peer at a time.
func (h *hub) depot(p Peer, keep func() error) *depot {
	h.mu.Lock()
	d, ok := h.mu.depots[p.ID]
	h.mu.Unlock()
	if ok {
		return d
	}
	m := depotMessage{Peer: p.ID, Addresses: p.Direct}
	if p.Here {
		d = h.file(m)
	}
	if d == nil && len(p.Direct) > 0 && keep() == nil {
		d = &depot{message: m}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mu.depots[p.ID] = d
	if d != nil {
		d.message.Number = len(h.mu.list)
		h.mu.list = append(h.mu.list, d)
	}
	return d
}

// file makes a depot that is a file, unless there can be none: if it is for want of space,
// the hub's own file will say so, should it be needed.
func (h *hub) file(m depotMessage) *depot {
	f := spill.NewScratch(h.temp)
	m.Key = make([]byte, keyBytes)
	_, _ = rand.Read(m.Key) // it never fails
	if _, err := f.Write(m.Key); err == nil {
		m.Path = f.Path()
	}
	if m.Path == "" {
		_ = f.Close() // nothing is in it
		return nil
	}
	return &depot{file: f, message: m}
}

// depots are those that there are.
func (h *hub) depots() []*depot {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mu.list
}

func (h *hub) close() error {
	err := h.scratch.Close()
	for _, d := range h.depots() {
		if d.file != nil {
			err = errors.Join(err, d.file.Close())
		}
	}
	return err
}

// A held is a parcel that the hub keeps.
type held struct {
	to    int
	rank  uint64 // of what it comes from, in the order of the rows
	seq   uint64 // of the morsel there
	first []byte
	size  int
	block []byte // nil: it is on disk
	off   int64  // there
	in    *depot // nil: the hub's own file
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

// read returns the block of a parcel that the driver has.
func (h *hub) read(k *held) ([]byte, error) {
	if k.block != nil {
		return k.block, nil
	}
	b := make([]byte, k.size)
	if k.in != nil {
		return b, k.in.file.Read(b, k.off)
	}
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
