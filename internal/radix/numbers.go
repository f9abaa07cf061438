package radix

import "math/bits"

// SortNumbers sorts numbers: it is [Sort] where a key is all there is, written out, since the
// loops are all of it. Equal numbers cannot be told apart, and it takes half the memory.
// scratch is memory for as many; what it holds after is of no use.
func SortNumbers(numbers, scratch []uint64) {
	if len(numbers) <= insertionMost {
		insertNumbers(numbers)
		return
	}
	lead, sorted := surveyNumbers(numbers)
	if sorted {
		return
	}
	width := min(max(bits.Len(uint(len(numbers)))-4, leastBits), mostBits)
	var counts [1<<mostBits + 1]uint32
	ends := counts[:1<<width+1]
	shift := 64 - width
	for _, v := range numbers {
		ends[v<<lead>>shift+1]++
	}
	sum := uint32(0)
	for i := range ends {
		sum += ends[i]
		ends[i] = sum
	}
	scratch = scratch[:len(numbers)]
	for _, v := range numbers {
		p := &ends[v<<lead>>shift]
		scratch[*p] = v
		*p++
	}
	copy(numbers, scratch)
	from := uint32(0)
	for _, to := range ends[:1<<width] { // each start has been moved to its end
		if to-from > 1 {
			SortNumbers(numbers[from:to], scratch[from:to])
		}
		from = to
	}
}

// surveyNumbers is survey.
func surveyNumbers(numbers []uint64) (lead int, sorted bool) {
	first := numbers[0]
	differ, last, falls := uint64(0), first, uint64(0)
	for _, v := range numbers {
		differ |= v ^ first
		_, fall := bits.Sub64(v, last, 0)
		falls |= fall
		last = v
	}
	return bits.LeadingZeros64(differ), falls == 0
}

func insertNumbers(numbers []uint64) {
	for i := 1; i < len(numbers); i++ {
		v := numbers[i]
		j := i
		for ; j > 0 && numbers[j-1] > v; j-- {
			numbers[j] = numbers[j-1]
		}
		numbers[j] = v
	}
}
