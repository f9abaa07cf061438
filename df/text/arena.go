package text

import (
	"encoding/binary"
	"sync"
)

// chunkSize is what an arena allocates at a time. A result larger than maxShared has its own memory.
const (
	chunkSize = 32 << 10
	maxShared = chunkSize / 16
)

// arena hands out memory for results, each byte once.
type arena struct {
	chunk []byte
	used  int
}

// arenas keeps the rest of a chunk from one call to the next.
var arenas = sync.Pool{New: func() any { return new(arena) }}

// lowerTo returns Lower(s), written to the arena where it differs from s.
func lowerTo[S ~string | ~[]byte](a *arena, s S) S {
	if n := len(s); n <= 8 {
		if w := loadShort(s); w&high == 0 {
			l := lower8(w)
			if l == w {
				return s
			}
			binary.LittleEndian.PutUint64(a.reserve(8), l)
			return own[S](a.take(n))
		}
	}
	v := view(s)
	if firstUpper(v) == len(v) {
		return s
	}
	if len(v) > maxShared {
		return own[S](appendLower(make([]byte, 0, len(v)), v))
	}
	b := appendLower(a.reserve(len(v))[:0], v)
	if cap(b) > len(v) {
		return own[S](b) // a rune that grows has left the chunk
	}
	return own[S](a.take(len(b)))
}

// reserve returns the next n bytes, at most chunkSize, for writing before they are taken.
func (a *arena) reserve(n int) []byte {
	if len(a.chunk)-a.used < n {
		a.chunk, a.used = make([]byte, chunkSize), 0
	}
	return a.chunk[a.used : a.used+n : a.used+n]
}

// take hands out the next n bytes.
func (a *arena) take(n int) []byte {
	at := a.used
	a.used += n
	return a.chunk[at:a.used:a.used]
}
