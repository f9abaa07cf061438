package hashtable

import "unsafe"

const cacheLine = 64

// touchSlots reads a word of each cache line of the slots, of size bytes each from p
// on, that hashes belong to, and of the slots after them, in which the search goes on.
//
// Invariant: there are 1 << (64-shift) slots, so that every read lies within them.
func touchSlots(p unsafe.Pointer, size uintptr, shift uint8, hs []uint64) {
	sum, mask := byte(0), uint64(1)<<(-shift&63)-1
	for _, h := range hs {
		i := h >> (shift & 63)
		q := unsafe.Add(p, uintptr(i)*size)
		for at := uintptr(0); at < size; at += cacheLine {
			sum += *(*byte)(unsafe.Add(q, at))
		}
		sum += *(*byte)(unsafe.Add(p, uintptr((i+1)&mask)*size))
	}
	touched(uint64(sum))
}

// touchTokens is touchSlots for the hashes of tokens.
func touchTokens(p unsafe.Pointer, size uintptr, shift uint8, toks []token) {
	sum, mask := byte(0), uint64(1)<<(-shift&63)-1
	for t := range toks {
		i := toks[t].h >> (shift & 63)
		q := unsafe.Add(p, uintptr(i)*size)
		for at := uintptr(0); at < size; at += cacheLine {
			sum += *(*byte)(unsafe.Add(q, at))
		}
		sum += *(*byte)(unsafe.Add(p, uintptr((i+1)&mask)*size))
	}
	touched(uint64(sum))
}

// touch reads the slots of a batch ahead, so that the cache misses overlap. It does
// nothing for a table that is in the cache.
//
// Counting does without: its loop is so short that the processor by itself runs ahead
// to the misses of the rows to come.
func (t *table[K, A]) touch(hs []uint64) {
	var e entry[K, A]
	if size := unsafe.Sizeof(e); uintptr(len(t.slots))*size > touchBytes {
		touchSlots(unsafe.Pointer(unsafe.SliceData(t.slots)), size, t.shift, hs)
	}
}

// touch is that of table.
func (t *strTable[A]) touch(toks []token) {
	var e strEntry[A]
	if size := unsafe.Sizeof(e); uintptr(len(t.slots))*size > touchBytes {
		touchTokens(unsafe.Pointer(unsafe.SliceData(t.slots)), size, t.shift, toks)
	}
}

// touched makes the loads behind sum count as used.
//
//go:noinline
func touched(sum uint64) { _ = sum }
