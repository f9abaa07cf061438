package data

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
)

// Stations is a file of measurements in the form of the One Billion Row Challenge: one "name;-12.3" per line. Each
// station has a mean temperature, its measurements lie around it like a normal distribution with a deviation of 10
// degrees, one decimal, within -99.9..99.9. All stations are equally frequent. Names are made up, 3 bytes to
// NameBytes long, and some hold characters of two bytes.
type Stations struct {
	Rows      int64
	Names     int // different stations
	NameBytes int // length of the longest name; 0 means 26
	Seed      uint64
}

const (
	rowChunk     = 1 << 16 // rows with their own random numbers
	minName      = 3
	maxTenths    = 999
	defaultBytes = 26
)

func (k Stations) nameBytes() int {
	if k.NameBytes == 0 {
		return defaultBytes
	}
	return k.NameBytes
}

// Name implements [Kind].
func (k Stations) Name() string {
	return fmt.Sprintf("stations-r%d-n%d-l%d-s%d.txt", k.Rows, k.Names, k.nameBytes(), k.Seed)
}

// WriteTo implements [Kind].
func (k Stations) WriteTo(w io.Writer) (int64, error) {
	switch {
	case k.Rows < 0:
		panic("data: Stations.Rows is negative")
	case k.Names < 1 || k.Names > 1<<20:
		panic("data: Stations.Names is outside 1..1<<20")
	case k.nameBytes() < 8:
		panic("data: Stations.NameBytes is under 8")
	}
	stations := newStations(k.Names, k.nameBytes(), k.Seed)
	chunks := int((k.Rows + rowChunk - 1) / rowChunk)
	return writeChunks(w, chunks, k.Seed, func(dst []byte, i int, rnd *rand.PCG) []byte {
		rows := min(rowChunk, k.Rows-int64(i)*rowChunk)
		return appendRows(dst, int(rows), stations, rnd)
	})
}

type station struct {
	name string // with the semicolon
	mean int    // tenths of a degree
}

func appendRows(dst []byte, rows int, stations []station, rnd *rand.PCG) []byte {
	for range rows {
		s := &stations[rnd.Uint64()>>32*uint64(len(stations))>>32]
		dst = append(dst, s.name...)
		dst = append(dst, tenths[temperature(s.mean, rnd.Uint64())+maxTenths]...)
	}
	return dst
}

// temperature is the sum of four uniform numbers, close to normal, scaled to a deviation of 10.0 degrees. Integers
// only: the same on every machine.
func temperature(mean int, r uint64) int {
	const middle, deviation = 2 * 0xffff, 37837 // of the sum; 0x10000 / sqrt(12) * sqrt(4)
	sum := int(r&0xffff + r>>16&0xffff + r>>32&0xffff + r>>48)
	return min(max(mean+(sum-middle)*100/deviation, -maxTenths), maxTenths)
}

// tenths holds the text of every temperature from -99.9 to 99.9, with the newline.
var tenths = func() (t [2*maxTenths + 1]string) {
	for i := range t {
		t[i] = strconv.FormatFloat(float64(i-maxTenths)/10, 'f', 1, 64) + "\n"
	}
	return t
}()

// newStations returns n stations with different names of at most longest bytes; a name of 3 bytes and one of
// longest are among them if there are two or more.
func newStations(n, longest int, seed uint64) []station {
	rnd := rand.New(rand.NewPCG(seed, 0x57a7))
	seen := make(map[string]bool, n)
	stations := make([]station, 0, n)
	for len(stations) < n {
		length := nameLength(rnd, longest)
		switch len(stations) {
		case 0:
			length = minName
		case 1:
			length = longest
		}
		name := placeName(rnd, length)
		if seen[name] {
			continue
		}
		seen[name] = true
		stations = append(stations, station{name + ";", rnd.IntN(600) - 200})
	}
	return stations
}

// nameLength draws mostly ordinary lengths and, one time in five, any up to longest, the longer the rarer.
func nameLength(rnd *rand.Rand, longest int) int {
	if rnd.IntN(5) > 0 {
		return 4 + rnd.IntN(min(8, longest-3))
	}
	u := rnd.IntN(1000) * rnd.IntN(1000) / 1000
	return minName + (longest-minName)*u/1000
}

var (
	consonants = []rune("bcdfghjklmnprstvwz")
	vowels     = []rune("aeiou")
	marked     = []rune("áäåçéêíñóöøúüýčğıłőřšžāēō") // two bytes each
)

// placeName makes a name of exactly length bytes: consonants and vowels in turn, now and then a marked letter, in
// words that begin with a capital.
func placeName(rnd *rand.Rand, length int) string {
	name := make([]byte, 0, length)
	inWord := 0
	for len(name) < length {
		left := length - len(name)
		switch {
		case inWord > 4 && left > 3 && rnd.IntN(4) == 0:
			name = append(name, " -"[rnd.IntN(8)/7])
			inWord = 0
			continue
		case inWord > 0 && left > 1 && rnd.IntN(12) == 0:
			name = append(name, string(marked[rnd.IntN(len(marked))])...)
		case inWord == 0:
			name = append(name, byte(consonants[rnd.IntN(len(consonants))])-'a'+'A')
		case inWord%2 == 1:
			name = append(name, byte(vowels[rnd.IntN(len(vowels))]))
		default:
			name = append(name, byte(consonants[rnd.IntN(len(consonants))]))
		}
		inWord++
	}
	return string(name)
}
