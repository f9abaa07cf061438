package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"anabranch.dev/df"
)

// keys says what of lines is compared. The zero keys compare all of their bytes.
type keys struct {
	fields  fields
	numeric bool
	reverse bool
}

// order is the order of lines. Where the keys of two are equal, all of their
// bytes tell, unless unique is set: then one is as good as the other.
func (k keys) order(unique bool) df.Order[df.View] {
	by := df.Asc[df.View, df.View]
	if k.reverse {
		by = df.Desc[df.View, df.View]
	}
	if k.whole() {
		return by(df.Self)
	}
	if unique {
		return by(k.of)
	}
	return by(k.of).Then(by(df.Self))
}

func (k keys) whole() bool { return k.fields == fields{} && !k.numeric }

// of is the key of a line: its bytes are in the order of the lines.
func (k keys) of(line df.View) df.View {
	key := k.fields.of(line)
	if k.numeric {
		key = number(key)
	}
	return key
}

// equal tells whether two lines have equal keys.
func (k keys) equal(a, b df.View) bool { return k.of(a) == k.of(b) }

// fields are those from one to another, counted from 1. It implements
// [flag.Value]. No fields stand for the whole line.
type fields struct{ first, last int } // last 0: up to the end of the line

// Set parses A,B or A.
func (f *fields) Set(text string) error {
	first, last, both := strings.Cut(text, ",")
	a, err := strconv.Atoi(first)
	b := 0
	if err == nil && both {
		b, err = strconv.Atoi(last)
	}
	if err != nil || a < 1 || both && b < a {
		return errors.New("fields are numbers from 1, the first and the last, as in 2,3 or 2")
	}
	*f = fields{a, b}
	return nil
}

// String is what Set parses.
func (f fields) String() string {
	switch {
	case f == fields{}:
		return ""
	case f.last == 0:
		return strconv.Itoa(f.first)
	}
	return fmt.Sprintf("%d,%d", f.first, f.last)
}

// of cuts the fields from a line. A field begins with the white space before
// it: it is what lies between two places where white space begins.
func (f fields) of(line df.View) df.View {
	for i := 1; i < f.first && line != ""; i++ {
		line = line[fieldEnd(line):]
	}
	if f.last == 0 {
		return line
	}
	end := 0
	for i := f.first; i <= f.last && end < len(line); i++ {
		end += fieldEnd(line[end:])
	}
	return line[:end]
}

// fieldEnd is where the first field of text ends.
func fieldEnd(text df.View) int {
	i := blanks(text)
	for i < len(text) && !blank(text[i]) {
		i++
	}
	return i
}

// blanks is how many bytes of white space text begins with.
func blanks(text df.View) int {
	i := 0
	for i < len(text) && blank(text[i]) {
		i++
	}
	return i
}

func blank(c byte) bool { return c == ' ' || c == '\t' }
