package data

import "math/rand/v2"

// Ints returns n numbers drawn uniformly from distinct different ones, spread over all of int64. Of the distinct
// numbers about distinct*(1-exp(-n/distinct)) occur. It panics if n is negative or distinct is not positive.
func Ints(n, distinct int, seed uint64) []int64 {
	rnd := keySource(n, distinct, seed)
	keys := make([]int64, n)
	for i := range keys {
		keys[i] = int64(scatter(rnd.Uint64N(uint64(distinct))+seed, 64))
	}
	return keys
}

// keyBytes is the length of a key from [Strings]: at 5 bits a letter it holds 60 bits.
const keyBytes = 12

// Strings is [Ints] for strings of 12 bytes. No two rows share memory, as if each had been read from a file.
func Strings(n, distinct int, seed uint64) []string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	rnd := keySource(n, distinct, seed)
	keys := make([]string, n)
	var key [keyBytes]byte
	for i := range keys {
		x := scatter(rnd.Uint64N(uint64(distinct))+seed, 5*keyBytes)
		for j := range key {
			key[j] = letters[x&31]
			x >>= 5
		}
		keys[i] = string(key[:])
	}
	return keys
}

// IntsIn returns n numbers, spread over all of int64, in an order. It panics if n is negative.
func IntsIn(n int, order Order, seed uint64) []int64 {
	checkKeys(n)
	if !order.known() {
		panic("data: the order is none of the orders")
	}
	var rnd rand.PCG
	keys := make([]int64, n)
	for i := range keys {
		row := order.row(uint64(i), uint64(n), seed)
		rnd.Seed(seed, row)
		keys[i] = int64(order.key(row, uint64(n), rnd.Uint64()) - 1<<63)
	}
	return keys
}

// ShortStrings returns n random strings of 4 to 16 lower-case letters, all lengths equally frequent. No two share
// memory. It panics if n is negative.
func ShortStrings(n int, seed uint64) []string {
	const shortest, longest = 4, 16
	checkKeys(n)
	rnd := rand.New(rand.NewPCG(seed, 0x7368))
	keys := make([]string, n)
	var key [longest]byte
	for i := range keys {
		length := shortest + rnd.IntN(longest-shortest+1)
		keys[i] = string(appendDigits(key[:0], rnd.Uint64(), length, 'a', 26))
	}
	return keys
}

func keySource(n, distinct int, seed uint64) *rand.Rand {
	checkKeys(n)
	if distinct < 1 {
		panic("data: distinct is not positive")
	}
	return rand.New(rand.NewPCG(seed, 0x6e75))
}

func checkKeys(n int) {
	if n < 0 {
		panic("data: negative number of keys")
	}
}

// scatter maps the numbers of the given number of bits to themselves, one to one and without visible order: an odd
// factor and a right shift with xor can both be undone.
func scatter(x uint64, bits uint) uint64 {
	mask := ^uint64(0) >> (64 - bits)
	for range 2 {
		x = x * 0x9E3779B97F4A7C15 & mask
		x ^= x >> (bits / 2)
	}
	return x
}
