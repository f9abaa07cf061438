package data

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// An Order says how the rows of an input for sorting lie: [Records] or the numbers of [IntsIn].
type Order int

const (
	Random    Order = iota // without order, and nearly all different
	Presorted              // ascending, spread over all keys
	Reversed               // the rows of Presorted from the last to the first
	Equal                  // one row, again and again
	Few                    // 100 different rows, drawn at random
)

// few is the number of different rows in the order Few.
const few = 100

var orderNames = []string{"random", "presorted", "reversed", "equal", "few"}

func (o Order) known() bool { return o >= 0 && int(o) < len(orderNames) }

func (o Order) String() string {
	if !o.known() {
		return fmt.Sprintf("Order(%d)", int(o))
	}
	return orderNames[o]
}

// MarshalText returns the name of the order. It and [Order.UnmarshalText] are there for package flag.
func (o Order) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText sets o to the order of that name.
func (o *Order) UnmarshalText(name []byte) error {
	i := slices.Index(orderNames, string(name))
	if i < 0 {
		return fmt.Errorf("there is no order %q; there are %q", name, orderNames)
	}
	*o = Order(i)
	return nil
}

// row returns which of n rows stands at place i. A row is what its number and the seed make of it, so equal numbers
// are equal rows.
func (o Order) row(i, n, seed uint64) uint64 {
	switch o {
	case Reversed:
		return n - 1 - i
	case Equal:
		return 0
	case Few:
		row, _ := bits.Mul64(rand.NewPCG(^seed, i).Uint64(), few)
		return row
	default:
		return i
	}
}

// key returns the key of a row as a fraction of 2^64, from the first random number of that row. In the sorted
// orders row number r lies anywhere in the r-th of n equal parts, so that keys ascend with the numbers.
func (o Order) key(row, n, random uint64) uint64 {
	if o != Presorted && o != Reversed {
		return random
	}
	start, _ := bits.Div64(row, 0, n)
	within, _ := bits.Mul64(random, ^uint64(0)/n)
	return start + within
}

// appendDigits appends the first n digits of the fraction x / 2^64, where first stands for 0 and the bytes after it
// for 1, 2 and so on. The text of a smaller fraction never sorts behind that of a larger one. If radix is odd there
// is no end to the digits: x stays different from 0.
func appendDigits(dst []byte, x uint64, n int, first byte, radix uint64) []byte {
	for range n {
		var digit uint64
		digit, x = bits.Mul64(x, radix)
		dst = append(dst, first+byte(digit))
	}
	return dst
}
