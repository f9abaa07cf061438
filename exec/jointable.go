package exec

import (
	"fmt"
	"math/bits"
	"unsafe"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/internal/hugepage"
)

// buildRow is a row of the build side. It stays where it was put when it came.
type buildRow[K comparable, R any] struct {
	h    uint64 // hash of the key
	k    K
	row  R
	next uint32 // number of the next row of the key, in its partition; 0: there is none
}

// dealt is rows dealt to partitions, in pieces: each a slice with room for some more.
type dealt[K comparable, R any] [hashtable.Partitions][][]buildRow[K, R]

const (
	firstPiece = 16 // rows
	pieceBits  = 10
	pieceRows  = 1 << pieceBits // of a large piece; smaller ones are powers of two, too
)

func rowBytes[K comparable, R any]() int64 { return int64(unsafe.Sizeof(buildRow[K, R]{})) }

// dealKernel deals rows to partitions until there is no room for one, and returns how
// many that were.
func dealKernel[K comparable, R any](parts *dealt[K, R], rows []R, ks []K, hs []uint64) int {
	rows, ks = rows[:len(hs)], ks[:len(hs)]
	for i, h := range hs {
		pieces := parts[hashtable.PartitionOf(h)]
		if len(pieces) == 0 {
			return i
		}
		last := &pieces[len(pieces)-1]
		n := len(*last)
		if n == cap(*last) {
			return i
		}
		*last = (*last)[:n+1]
		r := &(*last)[n]
		r.h, r.k, r.row = h, ks[i], rows[i]
	}
	return len(hs)
}

// joinTable finds the rows of the build side by key. It has a table for each
// partition, which are filled at the same time.
//
// A slot has the number of the first row of a key and some bits of the key's hash,
// so that most others need not be looked at; it is found by linear probing. Further
// rows of the key follow in a chain. The slots of all partitions lie in one piece of
// memory.
type joinTable[K comparable, R any] struct {
	parts [hashtable.Partitions]joinPart[K, R]
	slots []uint32
	where [hashtable.Partitions]slotRange
}

// joinPart is a partition. The number of a row is one more than its place in its
// piece and [pieceRows] times that of the piece.
type joinPart[K comparable, R any] struct {
	pieces [][]buildRow[K, R]
	slots  []uint32
	shift  uint8
}

// slotRange says where the slots of a partition are among all.
type slotRange struct {
	from, mask uint32
	shift      uint8
}

const (
	numberBits = 27
	numberMask = 1<<numberBits - 1
	mostPieces = numberMask >> pieceBits // of a partition
	mostSlots  = 1<<32 - 1
)

// slotBits is the binary logarithm of how many slots there are for the rows of a
// partition, of a table with so many in all: enough for at most half to be taken, and
// an eighth where all slots fit into the cache. There a slot of another key costs more
// than a larger table: the processor does not foresee it.
func slotBits(rows, all int) int {
	n := max(bits.Len(uint(2*rows)), 1)
	if all <= cachedRows {
		n += 2
	}
	return n
}

const cachedRows = 16 << 10

// slotBytes is how much memory the slots for rows take, at most.
func slotBytes(rows int) int64 { return int64(rows) << slotBits(1, rows) * 4 }

// slotTag is the part of a slot that comes from the hash. The bits before it choose
// the partition, those behind it the slot.
func slotTag(h uint64) uint32 { return uint32(h>>7) << numberBits }

// newJoinTable makes a table for the rows of all locals, which is to be filled.
func newJoinTable[K comparable, R any](locals []*dealt[K, R]) (*joinTable[K, R], error) {
	t := &joinTable[K, R]{}
	var rows [hashtable.Partitions]int
	all := 0
	for p := range t.parts {
		for _, l := range locals {
			t.parts[p].pieces = append(t.parts[p].pieces, l[p]...)
		}
		for _, piece := range t.parts[p].pieces {
			rows[p] += len(piece)
		}
		all += rows[p]
	}
	slots := 0
	for p := range t.parts {
		part := &t.parts[p]
		size := slotBits(rows[p], all)
		if slots += 1 << size; len(part.pieces) > mostPieces || slots > mostSlots {
			return nil, fmt.Errorf("%w: the second input of a join has more rows than one table can; let it be the smaller one", ErrMemory)
		}
		part.shift = uint8(64 - size)
		t.where[p] = slotRange{from: uint32(slots - 1<<size), mask: 1<<size - 1, shift: part.shift}
	}
	t.slots = make([]uint32, slots)
	hugepage.Advise(t.slots)
	for p, w := range t.where {
		t.parts[p].slots = t.slots[w.from:][:w.mask+1]
	}
	return t, nil
}

// at is the row of a number.
func (p *joinPart[K, R]) at(n uint32) *buildRow[K, R] {
	return &p.pieces[(n-1)>>pieceBits][(n-1)&(pieceRows-1)]
}

// fill enters all rows.
func (p *joinPart[K, R]) fill(same func(a, b *K) bool) {
	for i, rows := range p.pieces {
		p.fillKernel(rows, uint32(i<<pieceBits), same)
	}
}

func (p *joinPart[K, R]) fillKernel(rows []buildRow[K, R], before uint32, same func(a, b *K) bool) {
	mask := uint32(len(p.slots) - 1)
	for i := range rows {
		r, n := &rows[i], before+uint32(i)+1
		for s := uint32(hashtable.SlotOf(r.h, p.shift)); ; s++ {
			slot := &p.slots[s&mask]
			if *slot == 0 {
				*slot = slotTag(r.h) | n
				break
			}
			if *slot&^numberMask != slotTag(r.h) {
				continue
			}
			if first := p.at(*slot & numberMask); first.k == r.k || same != nil && same(&first.k, &r.k) {
				r.next, first.next = first.next, n
				break
			}
		}
	}
}

// unique is an error when two rows have equal keys.
func (p *joinPart[K, R]) unique() error {
	for _, rows := range p.pieces {
		for i := range rows {
			if rows[i].next != 0 {
				return duplicateKey(rows[i].k)
			}
		}
	}
	return nil
}

// slotKernel reads the slots where the searches for hashes begin. It has no
// branches, so that the cache misses of a batch overlap.
func slotKernel(where *[hashtable.Partitions]slotRange, slots []uint32, hs []uint64, found []uint32) {
	found = found[:len(hs)]
	for i, h := range hs {
		w := &where[hashtable.PartitionOf(h)]
		found[i] = slots[uint64(w.from)+hashtable.SlotOf(h, w.shift)]
	}
}

// searchKernel goes on from slots that are of other keys, and leaves the numbers of
// rows, of the right keys most likely, in their partitions; 0 is none.
func searchKernel(where *[hashtable.Partitions]slotRange, slots []uint32, hs []uint64, found []uint32) {
	found = found[:len(hs)]
	for i, h := range hs {
		slot := found[i]
		if tag := slotTag(h); slot != 0 && slot&^numberMask != tag {
			w := &where[hashtable.PartitionOf(h)]
			for s := uint32(hashtable.SlotOf(h, w.shift)); slot != 0 && slot&^numberMask != tag; {
				s++
				slot = slots[w.from+s&w.mask]
			}
		}
		found[i] = slot & numberMask
	}
}

// rowKernel finds the rows of numbers in the partitions of hashes, nil for 0, and
// reads from them ahead. The sum keeps the loads from being dropped.
func rowKernel[K comparable, R any](parts *[hashtable.Partitions]joinPart[K, R], hs []uint64, found []uint32, rows []*buildRow[K, R]) (sum uint32) {
	found, rows = found[:len(hs)], rows[:len(hs)]
	for i, h := range hs {
		var r *buildRow[K, R]
		if n := found[i]; n > 0 {
			r = parts[hashtable.PartitionOf(h)].at(n)
			sum += r.next + uint32(r.h) // its last cache line, and its first
		}
		rows[i] = r
	}
	return sum
}

// search returns the first row of a key, or nil, for a hash that another key has as
// far as slots tell.
func (t *joinTable[K, R]) search(k *K, h uint64, same func(a, b *K) bool) *buildRow[K, R] {
	p := &t.parts[hashtable.PartitionOf(h)]
	mask := uint32(len(p.slots) - 1)
	for s := uint32(hashtable.SlotOf(h, p.shift)); ; s++ {
		slot := p.slots[s&mask]
		if slot == 0 {
			return nil
		}
		if slot&^numberMask != slotTag(h) {
			continue
		}
		if r := p.at(slot & numberMask); r.k == *k || same != nil && same(&r.k, k) {
			return r
		}
	}
}

// after is the next row of the key of r, or nil.
func (t *joinTable[K, R]) after(r *buildRow[K, R]) *buildRow[K, R] {
	if r.next == 0 {
		return nil
	}
	return t.parts[hashtable.PartitionOf(r.h)].at(r.next)
}
