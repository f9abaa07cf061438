package dist

import (
	"errors"
	"sync"
	"sync/atomic"

	"anabranch.dev/exec"
	"anabranch.dev/spill"
)

// A hub keeps the parcels of a run: in memory and, when there are many, in a temporary
// file, but for those that peers of this machine have put into files.
type hub struct {
	limit   int64 // bytes in memory
	used    atomic.Int64
	temp    spill.Config
	scratch *spill.Scratch

	mu struct {
		sync.Mutex
		files map[int]*driverFile // by peer
		list  []*driverFile
	}
}

func newHub(limit int64, temp spill.Config) *hub {
	temp.Space = spill.NewSpace(temp.Disk)
	h := &hub{limit: limit, temp: temp, scratch: spill.NewScratch(temp)}
	h.mu.files = map[int]*driverFile{}
	return h
}

// file is the file that a peer may append to, or nil. Where there can be none, parcels come
// as bytes.
func (h *hub) file(p Peer) *driverFile {
	if !p.Here {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f, ok := h.mu.files[p.ID]
	if !ok {
		var err error
		if f, err = newDriverFile(h.temp, len(h.mu.list)); err != nil {
			return nil // the scratch will say why, if it has to be used
		}
		h.mu.files[p.ID] = f
		h.mu.list = append(h.mu.list, f)
	}
	if f.message.Path == "" {
		return nil
	}
	return f
}

// files are those that there are. Their numbers are their indexes.
func (h *hub) files() []*driverFile {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mu.list
}

func (h *hub) close() error {
	err := h.scratch.Close()
	for _, f := range h.files() {
		err = errors.Join(err, f.Close())
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
	block []byte      // nil: it is on disk
	off   int64       // there
	in    *driverFile // nil: the hub's own
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
	if k.in != nil {
		return b, k.in.Read(b, k.off)
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
