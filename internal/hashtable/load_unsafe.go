//go:build (amd64 || arm64) && !race && !purego && !asan && !msan

package hashtable

import "unsafe"

// keep[n] masks the first n bytes of two little-endian words.
var keep = func() (m [32][2]uint64) {
	for n := range inline + 1 {
		for i := range n {
			m[n][i>>3] |= 0xff << (8 * (i & 7))
		}
	}
	return m
}()

// readable16 reports whether load16 may be used for s: it is short, and the 16
// bytes from its start lie in one page. Subtracting one sends the nil pointer
// of an empty string, and no other address of note, to the careful way.
func readable16(s string) bool {
	return len(s) <= inline && (uintptr(unsafe.Pointer(unsafe.StringData(s)))-1)&4095 < 4096-16
}

// load16 is words16Safe for a string that readable16 accepts.
//
// It reads 16 bytes whatever the length of s. Invariant: memory is mapped and
// protected by pages of at least 4 KiB, so a read that stays within the page
// of s[0] cannot fault; the bytes after s, which may be changing, are masked
// off.
func load16(s string) (w0, w1 uint64) {
	m := &keep[len(s)&31]
	p := unsafe.Pointer(unsafe.StringData(s))
	return *(*uint64)(p) & m[0], *(*uint64)(unsafe.Add(p, 8)) & m[1]
}
