package main

import (
	"fmt"

	"anabranch.dev/df"
)

// Rows of the tables of the join questions. The texts say the same as the numbers:
// id4 is "id" and id1.
type (
	left struct { // table x
		id1, id2, id3 int32
		id4, id5, id6 short
		v1            float64
	}
	small struct {
		id1 int32
		id4 short
		v2  float64
	}
	medium struct {
		id1, id2 int32
		id4, id5 short
		v2       float64
	}
	big struct {
		id1, id2, id3 int32
		id4, id5, id6 short
		v2            float64
	}
)

// short is a text of up to 12 bytes, kept in the row: it needs no memory of its own,
// and the garbage collector has nothing to follow.
type short [12]byte

func (f *fields) short() (s short) {
	t := f.text()
	if len(t) > len(s) {
		f.fail(fmt.Errorf("text %q has more than %d bytes", t, len(s)))
	}
	copy(s[:], t)
	return s
}

func takeLeft(f *fields) (r left) {
	r.id1, r.id2, r.id3 = f.integer(), f.integer(), f.integer()
	r.id4, r.id5, r.id6 = f.short(), f.short(), f.short()
	r.v1 = f.float()
	return r
}

func takeSmall(f *fields) (r small) {
	r.id1, r.id4 = f.integer(), f.short()
	r.v2 = f.float()
	return r
}

func takeMedium(f *fields) (r medium) {
	r.id1, r.id2 = f.integer(), f.integer()
	r.id4, r.id5 = f.short(), f.short()
	r.v2 = f.float()
	return r
}

func takeBig(f *fields) (r big) {
	r.id1, r.id2, r.id3 = f.integer(), f.integer(), f.integer()
	r.id4, r.id5, r.id6 = f.short(), f.short(), f.short()
	r.v2 = f.float()
	return r
}

// Keys and values of rows.

func (r left) ID1() int32    { return r.id1 }
func (r left) ID2() int32    { return r.id2 }
func (r left) ID3() int32    { return r.id3 }
func (r left) ID5() short    { return r.id5 }
func (r small) ID1() int32   { return r.id1 }
func (r small) V2() float64  { return r.v2 }
func (r medium) ID2() int32  { return r.id2 }
func (r medium) ID5() short  { return r.id5 }
func (r medium) V2() float64 { return r.v2 }
func (r big) ID3() int32     { return r.id3 }
func (r big) V2() float64    { return r.v2 }

// tables is what the join questions are asked of.
type tables struct {
	x      df.Stream[left]
	small  df.Stream[small]
	medium df.Stream[medium]
	big    df.Stream[big]
}
