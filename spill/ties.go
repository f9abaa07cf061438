package spill

import (
	"slices"

	"anabranch.dev/internal/radix"
)

// fewTies is how many rows of equal prefix are put in order by insertion.
const fewTies = 16

// order sorts the rows of a bucket, which are in input order, by prefix and then
// by all of their keys.
func (s *sorter) order(table chunks, refs, scratch []ref, settled bool) {
	radix.Sort(refs, scratch)
	if !settled {
		s.ties(table, refs, scratch)
	}
}

// ties puts rows in order that are sorted by the prefixes in their references.
func (s *sorter) ties(table chunks, refs, scratch []ref) {
	for i := 0; i < len(refs); {
		j := i + 1
		for j < len(refs) && refs[j].Key == refs[i].Key {
			j++
		}
		switch n := j - i; {
		case n == 1:
		case n <= fewTies:
			s.insertion(table, refs[i:j])
		default:
			s.deeper(table, refs[i:j], scratch)
		}
		i = j
	}
}

// insertion sorts a few rows by their keys.
func (s *sorter) insertion(table chunks, refs []ref) {
	var keys [fewTies][]byte
	for i, r := range refs {
		key := table.record(r.At).key
		j := i
		for ; j > 0 && s.compare(keys[j-1], key) > 0; j-- {
			keys[j], refs[j] = keys[j-1], refs[j-1]
		}
		keys[j], refs[j] = key, r
	}
}

// deeper sorts many rows of equal prefix by the eight bytes in which they differ
// first.
func (s *sorter) deeper(table chunks, refs, scratch []ref) {
	first := table.record(refs[0].At).key
	shared, same := len(first), true
	for part := range slices.Chunk(refs, ahead) {
		s.touched.Add(uint32(table.touch(part)))
		for _, r := range part {
			key := table.record(r.At).key
			if n := sharedPrefix(first[:shared], key); n < shared {
				shared, same = n, false
			}
			same = same && len(key) == len(first)
		}
	}
	if same {
		return
	}
	// Keys that end here are equal, and before all others.
	ended := scratch[:0:len(refs)]
	rest := refs[:0]
	for _, r := range refs {
		key := table.record(r.At).key
		if len(key) == shared {
			ended = append(ended, r)
			continue
		}
		r.Key = load8(key[shared:]) ^ s.flip
		rest = append(rest, r)
	}
	if s.desc {
		copy(refs[len(rest):], ended)
	} else if len(ended) > 0 {
		n := len(ended)
		copy(refs[n:], rest)
		copy(refs, ended)
		rest = refs[n:]
	}
	radix.Sort(rest, scratch)
	s.ties(table, rest, scratch)
}
