package exec

import (
	"fmt"
	"math/bits"
	"unsafe"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/internal/hugepage"
)

// joinTable finds the rows of the build side by key. It is made of a table for each
// partition, which are filled at the same time, and lie in one piece of memory.
//
// A slot has the number of the first row of a key and some bits of the key's hash,
// so that most others need not be looked at; it is found by linear probing. Further
// rows of the key follow in a chain.
type joinTable[K comparable, R any] struct {
	parts [hashtable.Partitions]joinPart
	slots []uint32
	nodes []joinNode[K, R]
}

// joinPart says where the table of a partition is.
type joinPart struct {
	slot0 uint32
	mask  uint32
	node0 uint32
	n     uint32 // rows so far
	shift uint8
}

type joinNode[K comparable, R any] struct {
	k    K
	next uint32 // number of the next row of the key, in its partition; 0: there is none
	row  R
}

const (
	numberBits   = 27
	numberMask   = 1<<numberBits - 1
	mostPartRows = numberMask
	mostJoinRows = 1<<30 - 1
)

// slotTag is the part of a slot that comes from the hash. The bits before it choose
// the partition, those behind it the slot.
func slotTag(h uint64) uint32 { return uint32(h>>7) << numberBits }

// joinCost is what a table takes for each row beyond a [buildRow].
func joinCost[K comparable, R any]() int64 {
	return int64(unsafe.Sizeof(joinNode[K, R]{})-unsafe.Sizeof(buildRow[R]{})) + 4*4
}

// newJoinTable makes a table for so many rows in each partition.
func newJoinTable[K comparable, R any](rows *[hashtable.Partitions]int) (*joinTable[K, R], error) {
	t := &joinTable[K, R]{}
	nodes, slots := 0, 0
	for i, n := range rows {
		size := max(bits.Len(uint(2*n)), 1) // at most half full
		if n > mostPartRows || nodes+n > mostJoinRows {
			return nil, fmt.Errorf("%w: the build side of a join has more than %d rows, or %d in a partition", ErrMemory, mostJoinRows, mostPartRows)
		}
		t.parts[i] = joinPart{slot0: uint32(slots), mask: 1<<size - 1, node0: uint32(nodes), shift: uint8(64 - size)}
		nodes += n
		slots += 1 << size
	}
	t.nodes, t.slots = make([]joinNode[K, R], nodes), make([]uint32, slots)
	hugepage.Advise(t.nodes) // they are looked into everywhere at any time
	hugepage.Advise(t.slots)
	return t, nil
}

// addKernel adds rows to partition p.
func addKernel[K comparable, R any](t *joinTable[K, R], p int, rows []buildRow[R], key func(R) K, same func(a, b *K) bool) {
	part := &t.parts[p]
	slots := t.slots[part.slot0:][:part.mask+1]
	nodes := t.nodes[part.node0:]
	for i := range rows {
		h := rows[i].h
		node := &nodes[part.n]
		part.n++
		node.k, node.row = key(rows[i].row), rows[i].row
		for s := uint32(hashtable.SlotOf(h, part.shift)); ; s++ {
			slot := &slots[s&part.mask]
			if *slot == 0 {
				*slot = slotTag(h) | part.n
				break
			}
			if *slot&^numberMask != slotTag(h) {
				continue
			}
			if first := &nodes[*slot&numberMask-1]; first.k == node.k || same != nil && same(&first.k, &node.k) {
				node.next, first.next = first.next, part.n
				break
			}
		}
	}
}

// slotKernel reads the slots where the searches for hashes begin. It has no
// branches, so that the cache misses of a batch overlap.
func slotKernel(parts *[hashtable.Partitions]joinPart, slots []uint32, hs []uint64, found []uint32) {
	found = found[:len(hs)]
	for i, h := range hs {
		p := &parts[hashtable.PartitionOf(h)]
		found[i] = slots[uint64(p.slot0)+hashtable.SlotOf(h, p.shift)]
	}
}

// searchKernel goes on from slots that are of other keys, and leaves the numbers of
// rows, of the right keys most likely, that they lead to among all; 0 is none.
func searchKernel(parts *[hashtable.Partitions]joinPart, slots []uint32, hs []uint64, found []uint32) {
	found = found[:len(hs)]
	for i, h := range hs {
		slot := found[i]
		if slot == 0 {
			continue
		}
		p := &parts[hashtable.PartitionOf(h)]
		tag := slotTag(h)
		for s := uint32(hashtable.SlotOf(h, p.shift)); slot != 0 && slot&^numberMask != tag; {
			s++
			slot = slots[p.slot0+s&p.mask]
		}
		if slot != 0 {
			slot = p.node0 + slot&numberMask
		}
		found[i] = slot
	}
}

// touchKernel reads the rows of given numbers ahead. The sum keeps the loads from
// being dropped.
func touchKernel[K comparable, R any](nodes []joinNode[K, R], found []uint32) (sum uint32) {
	for _, n := range found {
		if n > 0 {
			sum += nodes[n-1].next
		}
	}
	return sum
}

// first returns the number, among all, of the first row of a key; guess is what
// searchKernel has found.
func (t *joinTable[K, R]) first(k *K, h uint64, guess uint32, same func(a, b *K) bool) uint32 {
	if guess == 0 {
		return 0
	}
	if node := &t.nodes[guess-1]; node.k == *k || same != nil && same(&node.k, k) {
		return guess
	}
	return t.search(k, h, same)
}

// search is first for a hash that another key has, as far as slots tell.
func (t *joinTable[K, R]) search(k *K, h uint64, same func(a, b *K) bool) uint32 {
	p := &t.parts[hashtable.PartitionOf(h)]
	for s := uint32(hashtable.SlotOf(h, p.shift)); ; s++ {
		slot := t.slots[p.slot0+s&p.mask]
		if slot == 0 {
			return 0
		}
		if slot&^numberMask != slotTag(h) {
			continue
		}
		n := p.node0 + slot&numberMask
		if node := &t.nodes[n-1]; node.k == *k || same != nil && same(&node.k, k) {
			return n
		}
	}
}

// after is the number, among all, of the next row of the key that row n is of; 0:
// there is none.
func (t *joinTable[K, R]) after(n uint32, h uint64) uint32 {
	next := t.nodes[n-1].next
	if next == 0 {
		return 0
	}
	return t.parts[hashtable.PartitionOf(h)].node0 + next
}
