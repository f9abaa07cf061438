package spill

import (
	"sync"

	"anabranch.dev/internal/frame"
)

// cache holds the blocks of a run that are being merged. Several ranges of keys
// can lie in one block, and be merged by several workers: it is read once.
type cache struct {
	mu struct {
		sync.Mutex
		blocks map[int]*block
	}
}

// block is a block of records in memory.
type block struct {
	users int // guarded by the cache's mutex

	load   sync.Mutex
	loaded bool
	data   chunks // one chunk, if it was read
	refs   []ref
}

// hold keeps block i, once it is read, until drop.
func (r *run) hold(i int) {
	r.cache.mu.Lock()
	defer r.cache.mu.Unlock()
	b := r.cache.mu.blocks[i]
	if b == nil {
		b = &block{}
		if r.cache.mu.blocks == nil {
			r.cache.mu.blocks = map[int]*block{}
		}
		r.cache.mu.blocks[i] = b
	}
	b.users++
}

// drop ends one hold.
func (r *run) drop(s *sorter, i int) {
	r.cache.mu.Lock()
	defer r.cache.mu.Unlock()
	b := r.cache.mu.blocks[i]
	if b.users--; b.users > 0 {
		return
	}
	delete(r.cache.mu.blocks, i)
	if b.loaded && r.memory == nil {
		s.took(-r.blocks[i].held())
		s.putRefs(b.refs)
	}
}

// held is the memory that the block takes when it is read.
func (b *blockInfo) held() int64 { return int64(b.bytes) + int64(b.rows)*refBytes }

// get reads block i, which the caller holds, unless somebody has done so.
func (r *run) get(s *sorter, i int) (*block, error) {
	r.cache.mu.Lock()
	b := r.cache.mu.blocks[i]
	r.cache.mu.Unlock()
	b.load.Lock()
	defer b.load.Unlock()
	if b.loaded {
		return b, nil
	}
	if r.memory != nil {
		b.data, b.refs, b.loaded = r.memory.table, r.memory.block(r.blocks, i), true
		return b, nil
	}
	data, err := r.read(i)
	if err != nil {
		return nil, err
	}
	if i+1 < len(r.blocks) {
		next := &r.blocks[i+1]
		r.file.file.Prefetch(next.off, int64(next.size))
	}
	s.took(r.blocks[i].held())
	b.refs, err = s.refsOf(data, int(r.blocks[i].rows))
	if err != nil {
		return nil, frame.Locate(err, r.file.name, r.blocks[i].off)
	}
	b.data, b.loaded = chunks{data}, true
	return b, nil
}

// read returns the records of block i, in memory of their own: rows may point
// into it.
func (r *run) read(i int) ([]byte, error) {
	info := &r.blocks[i]
	var d frame.Decoder
	raw, h, err := r.file.readBlock(&d, nil, make([]byte, info.size), info.off)
	if err != nil {
		return nil, err
	}
	if h.Rows != int(info.rows) || len(raw) != int(info.bytes) {
		return nil, notThatBlock(r.file, info.off)
	}
	return raw, nil
}

// refsOf takes the records of a block apart.
func (s *sorter) refsOf(data []byte, rows int) ([]ref, error) {
	refs := s.getRefs(rows)
	for at := 0; at < len(data); {
		rec, ok := parse(data[at:])
		if !ok || len(refs) == rows {
			return nil, &frame.CorruptError{Offset: -1, Reason: "its records make no sense"}
		}
		refs = append(refs, ref{Key: s.prefix(rec.key), At: uint64(at)})
		at += len(rec.all)
	}
	if len(refs) < rows {
		return nil, &frame.CorruptError{Offset: -1, Reason: "it has too few records"}
	}
	return refs, nil
}

// prefix is the first eight bytes of a key, after those that all keys share.
func (s *sorter) prefix(key []byte) uint64 {
	if len(key) < s.shared {
		return s.flip
	}
	return load8(key[s.shared:]) ^ s.flip
}

// getRefs returns memory for n references, and putRefs takes it back.
func (s *sorter) getRefs(n int) []ref {
	if p, ok := s.refPool.Get().(*[]ref); ok && cap(*p) >= n {
		return (*p)[:0]
	}
	return make([]ref, 0, n)
}

func (s *sorter) putRefs(refs []ref) { s.refPool.Put(&refs) }
