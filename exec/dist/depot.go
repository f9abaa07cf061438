package dist

import (
	"errors"
	"sync"

	"anabranch.dev/spill"
)

// An ownDepot is where the tasks of a peer put their parcels.
type ownDepot interface {
	append(block []byte) (off int64, err error)
	Close() error
}

// openDepot opens the depot of this peer, or nil if it has none.
func openDepot(m depotMessage, self int, run uint64) (ownDepot, error) {
	switch {
	case m.Path != "":
		return files.get(m)
	case len(m.Addresses) > 0:
		return keeps.get(keepID{run, self})
	}
	return nil, nil
}

// A keepID says whose parcels they are. There may be several peers in a process.
type keepID struct {
	run  uint64
	peer int
}

// A keep is what a peer keeps of the parcels of a run, in a temporary file: until the
// stream ends that the driver has opened for it, and nobody is about to read or write.
type keep struct {
	id    keepID
	temp  *spill.Scratch
	users int // guarded by the mutex of the keepers
}

// keepers are the runs that peers of this process keep parcels of.
type keepers struct {
	mu   sync.Mutex
	runs map[keepID]*keep
}

var keeps = keepers{runs: map[keepID]*keep{}}

var errNotKept = errors.New("parcels of this run are not kept here")

// begin begins a keep. Its first user is who has begun it.
func (k *keepers) begin(id keepID, disk int64) (*keep, error) {
	p := &keep{id: id, temp: spill.NewScratch(spill.Config{Disk: disk}), users: 1}
	if _, err := p.temp.Write(make([]byte, keyBytes)); err != nil { // as in files, no parcel is at 0
		return nil, errors.Join(err, p.temp.Close())
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.runs[id] = p
	return p, nil
}

// end lets nobody begin to use a keep any more.
func (k *keepers) end(p *keep) error {
	k.mu.Lock()
	delete(k.runs, p.id)
	k.mu.Unlock()
	return p.Close()
}

func (k *keepers) get(id keepID) (*keep, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.runs[id]
	if p == nil {
		return nil, errNotKept
	}
	p.users++
	return p, nil
}

// Close ends a use.
func (p *keep) Close() error {
	keeps.mu.Lock()
	p.users--
	last := p.users == 0
	keeps.mu.Unlock()
	if !last {
		return nil
	}
	return p.temp.Close()
}

// ReadAt fills b with bytes that stand at off.
func (p *keep) ReadAt(b []byte, off int64) (int, error) { return len(b), p.temp.Read(b, off) }

// Has reports whether n bytes at off have been written.
func (p *keep) Has(off, n int64) (bool, error) { return p.temp.Has(off, n) }

func (p *keep) append(block []byte) (off int64, err error) { return p.temp.Write(block) }
