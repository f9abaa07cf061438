package radix

import "math/bits"

// A Ref refers to a row.
type Ref struct {
	Key uint64 // the first bytes of the row's key, or what is left of it
	At  uint64 // where the row is
}

const (
	insertionMost = 24 // references that are sorted by insertion
	mostBits      = 11 // of a digit: its counters and 2048 open lines of memory fit a level-1 cache
	leastBits     = 4
)

// Sort sorts refs by key, and leaves those of equal key in their order. scratch
// is memory for as many references; what it holds after is of no use.
func Sort(refs, scratch []Ref) {
	if len(refs) <= insertionMost {
		insertion(refs)
		return
	}
	lead, sorted := survey(refs)
	if sorted {
		return
	}
	width := min(max(bits.Len(uint(len(refs)))-4, leastBits), mostBits)
	var counts [1<<mostBits + 1]uint32
	ends := counts[:1<<width+1]
	shift := 64 - width
	count(refs, ends[1:], lead, shift)
	sum := uint32(0)
	for i := range ends {
		sum += ends[i]
		ends[i] = sum
	}
	scratch = scratch[:len(refs)]
	scatter(refs, scratch, ends, lead, shift)
	copy(refs, scratch)
	from := uint32(0)
	for _, to := range ends[:1<<width] { // scatter has moved each start to its end
		if to-from > 1 {
			Sort(refs[from:to], scratch[from:to])
		}
		from = to
	}
}

// survey returns how many leading bits all keys share, and whether the keys are
// in order already.
func survey(refs []Ref) (lead int, sorted bool) {
	first := refs[0].Key
	differ, last, falls := uint64(0), first, uint64(0)
	for i := range refs {
		k := refs[i].Key
		differ |= k ^ first
		_, fall := bits.Sub64(k, last, 0)
		falls |= fall
		last = k
	}
	return bits.LeadingZeros64(differ), falls == 0
}

func count(refs []Ref, counts []uint32, lead, shift int) {
	for i := range refs {
		counts[refs[i].Key<<lead>>shift]++
	}
}

func scatter(refs, dst []Ref, starts []uint32, lead, shift int) {
	for i := range refs {
		p := &starts[refs[i].Key<<lead>>shift]
		dst[*p] = refs[i]
		*p++
	}
}

func insertion(refs []Ref) {
	for i := 1; i < len(refs); i++ {
		r := refs[i]
		j := i
		for ; j > 0 && refs[j-1].Key > r.Key; j-- {
			refs[j] = refs[j-1]
		}
		refs[j] = r
	}
}
