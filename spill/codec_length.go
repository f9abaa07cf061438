package spill

import "encoding/binary"

// readUvarint reads src[at:], which must be a place in src. next is 0 when there is no number.
func readUvarint(src []byte, at int) (x uint64, next int) {
	if uint(at) < uint(len(src)) && src[at] < 0x80 {
		return uint64(src[at]), at + 1
	}
	return readLongUvarint(src, at)
}

func readLongUvarint(src []byte, at int) (x uint64, next int) {
	x, n := binary.Uvarint(src[at:])
	if n <= 0 {
		return 0, 0
	}
	return x, at + n
}

// readSize reads the length of that many bytes, which follow.
func readSize(src []byte, at int) (n, next int, err error) {
	x, next := readUvarint(src, at)
	if next == 0 {
		return 0, 0, errLength
	}
	if x > uint64(len(src)-next) {
		return 0, 0, errShort
	}
	return int(x), next, nil
}

// readCount reads the length of a slice or map whose elements take at least least bytes, or one if that is 0. It is
// -1 for nil.
func readCount(src []byte, at, least int) (n, next int, err error) {
	x, next := readUvarint(src, at)
	if next == 0 {
		return 0, 0, errLength
	}
	if x > 0 && x-1 > uint64((len(src)-next)/max(least, 1)) {
		return 0, 0, errShort
	}
	return int(x) - 1, next, nil
}

// appendOne appends the length of s, and s.
func appendOne(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
