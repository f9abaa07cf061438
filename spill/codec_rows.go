package spill

// appendAll appends the bytes of all rows to dst.
func (f *form) appendAll(dst []byte, rows places) []byte {
	if b, ok := rows.memory(f); ok {
		return append(dst, b...)
	}
	if texts, ok := rows.strings(f); ok {
		for _, s := range texts {
			dst = appendOne(dst, s)
		}
		return dst
	}
	for i := range rows.len() {
		dst = f.enc(dst, rows.at(i), 0)
	}
	return dst
}

// decodeAll fills rows with the values at the start of src, and returns how many bytes they took.
func (f *form) decodeAll(rows places, src []byte) (n int, err error) {
	if b, ok := rows.memory(f); ok && len(src) >= len(b) {
		return copy(b, src), nil
	}
	if texts, ok := rows.strings(f); ok {
		for i := range texts {
			size, at, err := readSize(src, n)
			if err != nil {
				return 0, within(f.rt.String(), err)
			}
			n = at + size
			texts[i] = viewOf(src[at:n])
		}
		return n, nil
	}
	for i := range rows.len() {
		if n, err = f.dec(src, n, rows.at(i), 0); err != nil {
			return 0, within(f.rt.String(), err)
		}
	}
	return n, nil
}

// appendEach is appendAll, and appends to ends where in dst each of the rows ends.
func (f *form) appendEach(dst []byte, ends []int, rows places) ([]byte, []int) {
	for i := range rows.len() {
		dst = f.enc(dst, rows.at(i), 0)
		ends = append(ends, len(dst))
	}
	return dst, ends
}

// decodeEach fills rows with the values that from has the bytes of, and no others. It returns how many there were
// before the error.
func (f *form) decodeEach(rows places, from [][]byte) (n int, err error) {
	for i, src := range from {
		took, err := f.dec(src, 0, rows.at(i), 0)
		if err == nil && took < len(src) {
			err = errTaken
		}
		if err != nil {
			return i, within(f.rt.String(), err)
		}
	}
	return len(from), nil
}
