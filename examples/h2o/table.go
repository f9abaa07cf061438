package main

import (
	"fmt"

	"anabranch.dev/df"
	"anabranch.dev/df/text"
)

// A row of the table.
type row struct {
	id1, id2, id3 string
	id4, id5, id6 int32
	v1, v2        int32
	v3            float64
}

const header = "id1,id2,id3,id4,id5,id6,v1,v2,v3"

// table reads the file.
func table(path string) df.Stream[row] {
	lines := df.Lines(path).Filter(func(line string) bool { return line != header })
	return df.MapErr(lines, parse).Named("parse")
}

func parse(line string) (r row, err error) {
	rest, found := line, true
	next := func() (field string) {
		if !found {
			err = fmt.Errorf("line %q has too few columns", line)
		}
		field, rest, found = text.Cut(rest, ',')
		return field
	}
	integer := func() int32 {
		n, e := text.Int(next())
		if e != nil && err == nil {
			err = e
		}
		return int32(n)
	}
	r.id1, r.id2, r.id3 = next(), next(), next()
	r.id4, r.id5, r.id6 = integer(), integer(), integer()
	r.v1, r.v2 = integer(), integer()
	v3, e := text.Float(next())
	if r.v3 = v3; e != nil && err == nil {
		err = e
	}
	return r, err
}
