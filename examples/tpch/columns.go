package main

import (
	"errors"
	"fmt"
	"strings"

	"anabranch.dev/df/text"
)

// columns takes the columns of a line, one after the other. The first error stays.
type columns[S ~string] struct {
	rest S
	err  error
}

// text is the next column.
func (c *columns[S]) text() S {
	column, rest, found := text.Cut(c.rest, '|')
	if c.rest = rest; !found {
		c.fail(errors.New("too few columns"))
	}
	return column
}

func (c *columns[S]) skip() { c.text() }

// integer is the next column as a whole number, small as one of 32 bits, and cents as an
// amount in hundredths.
func (c *columns[S]) integer() int64 {
	v, err := text.Int(c.text())
	c.fail(err)
	return v
}

func (c *columns[S]) small() int32 {
	v := c.integer()
	if v != int64(int32(v)) {
		c.fail(fmt.Errorf("the number %d has more than 32 bits", v))
	}
	return int32(v)
}

func (c *columns[S]) cents() int64 {
	v, err := text.Decimal(c.text(), 2)
	c.fail(err)
	return v
}

// letter is the next column, of one byte.
func (c *columns[S]) letter() byte {
	column := c.text()
	if len(column) != 1 {
		c.fail(fmt.Errorf("no single letter: %q", string(column)))
		return 0
	}
	return column[0]
}

// date is the next column as a day.
func (c *columns[S]) date() date {
	column := c.text()
	var d date
	for j := range len(column) {
		if digit := column[j] - '0'; digit <= 9 {
			d = d*10 + date(digit)
		}
	}
	if len(column) != len("1992-01-31") || column[4] != '-' || column[7] != '-' || d < 1000_01_01 {
		c.fail(fmt.Errorf("no date as in 1992-01-31: %q", string(column)))
	}
	return d
}

func (c *columns[S]) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// A date is a day as a number that looks like one: 1992_01_31.
type date int32

func (d date) Year() int32 { return int32(d / 1_00_00) }

func (d date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d/1_00_00, d/1_00%1_00, d%1_00)
}

// decimal writes a number of units of which 10 to the power of places are one.
func decimal(v int64, places int) string {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	digits := fmt.Sprintf("%0*d", places+1, v)
	point := len(digits) - places
	return sign + digits[:point] + "." + digits[point:]
}

// line writes a row of an answer.
func line(columns ...any) string {
	var b strings.Builder
	for i, c := range columns {
		if i > 0 {
			b.WriteByte('|')
		}
		fmt.Fprint(&b, c)
	}
	return b.String()
}
