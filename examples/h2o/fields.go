package main

import (
	"fmt"

	"anabranch.dev/df"
	"anabranch.dev/df/text"
)

// fields takes the columns of a line one after the other, and keeps the first error.
type fields struct {
	line, rest string
	more       bool
	err        error
}

// table reads a file with a header. take makes a row of the columns.
func table[T any](path, header string, take func(*fields) T) df.Stream[T] {
	lines := df.Lines(path).Filter(func(line string) bool { return line != header })
	return df.MapErr(lines, func(line string) (T, error) {
		f := fields{line: line, rest: line, more: true}
		row := take(&f)
		return row, f.err
	}).Named("parse")
}

func (f *fields) text() (field string) {
	if !f.more {
		f.fail(fmt.Errorf("line %q has too few columns", f.line))
	}
	field, f.rest, f.more = text.Cut(f.rest, ',')
	return field
}

func (f *fields) integer() int32 {
	n, err := text.Int(f.text())
	f.fail(err)
	return int32(n)
}

func (f *fields) float() float64 {
	x, err := text.Float(f.text())
	f.fail(err)
	return x
}

func (f *fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}
