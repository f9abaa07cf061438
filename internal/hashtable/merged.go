package hashtable

import "encoding/binary"

// mergedTable is the entries of a partition where they lie. Those that were put
// together with others before them are empty.
type mergedTable[K comparable, A any] struct {
	runs  [][]entry[K, A]
	n     int
	bytes int64
	size  func(*A) int
}

func (m *mergedTable[K, A]) Len() int { return m.n }

func (m *mergedTable[K, A]) Each(yield func(k K, a *A) bool) {
	for _, es := range m.runs {
		for i := range es {
			if e := &es[i]; e.h != 0 && !yield(e.k, &e.a) {
				return
			}
		}
	}
}

func (m *mergedTable[K, A]) Bytes() int64 {
	n := m.bytes
	if m.size != nil {
		for _, es := range m.runs {
			n += sizeOfTable(es, m.size)
		}
	}
	return n
}

// mergedStrings is mergedTable for strings.
type mergedStrings[K comparable, A any] struct {
	runs  [][]strEntry[A]
	long  [][]string // of each run
	n     int
	bytes int64
	size  func(*A) int
}

func (m *mergedStrings[K, A]) Len() int { return m.n }

// Each makes strings of the inline keys, many to one block of memory.
func (m *mergedStrings[K, A]) Each(yield func(k K, a *A) bool) {
	var mem arena
	for r, es := range m.runs {
		for i := range es {
			e := &es[i]
			if e.n > 0 && !yield(asKey[K](e.text(m.long[r], &mem)), &e.a) {
				return
			}
		}
	}
}

// text is the key, in long or as a new string in mem.
func (e *strEntry[A]) text(long []string, mem *arena) string {
	n := int(e.n - 1)
	switch {
	case n > inline:
		return long[e.ref]
	case n == 0:
		return ""
	}
	var w [inline]byte
	binary.LittleEndian.PutUint64(w[:], e.w0)
	binary.LittleEndian.PutUint64(w[8:], e.w1)
	b := mem.alloc(n)
	copy(b, w[:])
	return asView(b)
}

func (m *mergedStrings[K, A]) Bytes() int64 {
	n := m.bytes
	if m.size != nil {
		for _, es := range m.runs {
			n += sizeOfStrings(es, m.size)
		}
	}
	return n
}
