package parquetio

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// A fitted is a column of a file, for a field.
type fitted struct {
	index int // of the column in each row group
	open  func(pages parquet.Pages, skip int64) column
}

// fit finds the column of a field, and how its values come into the field.
func fit(f *field, root *parquet.Column) (fitted, error) {
	c := root
	for i, name := range f.path {
		child := c.Column(name)
		switch {
		case child == nil && i == 0:
			return fitted{}, fmt.Errorf("there is no column %q for field %s: the file has %s", f.column(), f.name, names(c))
		case child == nil:
			return fitted{}, fmt.Errorf("there is no column %q for field %s: %q has %s", f.column(), f.name, strings.Join(f.path[:i], "."), names(c))
		case child.Repeated():
			return fitted{}, fmt.Errorf("column %q is a list, which cannot be read yet", f.column())
		}
		c = child
	}
	if !c.Leaf() {
		return fitted{}, fmt.Errorf("column %q is a group of %s, and field %s is of type %v", f.column(), names(c), f.name, f.typ)
	}
	open := opener(f, c)
	if open == nil {
		return fitted{}, fmt.Errorf("column %q is %v, which field %s of type %v does not fit", f.column(), c.Type(), f.name, f.typ)
	}
	return fitted{c.Index(), open}, nil
}

// names lists columns.
func names(c *parquet.Column) string {
	const most = 12
	list := c.Columns()
	var b strings.Builder
	for i, child := range list {
		if i == most {
			fmt.Fprintf(&b, " and %d others", len(list)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(child.Name())
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}

type opening = func(pages parquet.Pages, skip int64) column

// opener is how a column is read into a field; nil: the types do not fit.
func opener(f *field, c *parquet.Column) opening {
	var logical format.LogicalTypeValue
	if l := c.Type().LogicalType(); l != nil {
		logical = l.Value
	}
	switch logical.(type) {
	case *format.DecimalType: // no type of Go holds one
		return nil
	case *format.NullType:
		return nil
	}
	full := byte(c.MaxDefinitionLevel())
	switch k := f.typ.Kind(); c.Type().Kind() {
	case parquet.Boolean:
		if k == reflect.Bool {
			return openLeaf(f, full, bools, same[bool])
		}
	case parquet.Int32:
		return openInt32(f, full, logical)
	case parquet.Int64:
		return openInt64(f, full, logical)
	case parquet.Int96:
		if f.typ == timeType {
			return openLeaf(f, full, int96s, timeOfInt96)
		}
	case parquet.Float:
		switch k {
		case reflect.Float32:
			return openNumbers[float32, float32](f, full, floats)
		case reflect.Float64:
			return openNumbers[float32, float64](f, full, floats)
		}
	case parquet.Double:
		if k == reflect.Float64 {
			return openNumbers[float64, float64](f, full, doubles)
		}
	case parquet.ByteArray:
		switch k {
		case reflect.String:
			return openLeaf(f, full, texts, same[string])
		case reflect.Slice:
			return openLeaf(f, full, byteArrays, cloned)
		}
	case parquet.FixedLenByteArray:
		switch {
		case k == reflect.Slice:
			return openLeaf(f, full, fixedArrays, cloned)
		case k == reflect.Array && f.typ.Len() == c.Type().Length():
			return openArrays(f, full)
		}
	}
	return nil
}

func openInt32(f *field, full byte, logical format.LogicalTypeValue) opening {
	bits := 32
	switch l := logical.(type) {
	case *format.DateType:
		if f.typ == timeType {
			return openLeaf(f, full, int32s, timeOfDate)
		}
	case *format.IntType:
		if bits = int(l.BitWidth); !l.IsSigned {
			return openUnsigned(f, full, bits, uint32s)
		}
	}
	return openSigned(f, full, bits, int32s)
}

func openInt64(f *field, full byte, logical format.LogicalTypeValue) opening {
	switch l := logical.(type) {
	case *format.TimestampType:
		if f.typ == timeType {
			switch l.Unit.Value.(type) {
			case *format.MilliSeconds:
				return openLeaf(f, full, int64s, timeOfMillis)
			case *format.MicroSeconds:
				return openLeaf(f, full, int64s, timeOfMicros)
			case *format.NanoSeconds:
				return openLeaf(f, full, int64s, timeOfNanos)
			}
		}
	case *format.IntType:
		if !l.IsSigned {
			return openUnsigned(f, full, 64, uint64s)
		}
	}
	return openSigned(f, full, 64, int64s)
}

func openSigned[S int32 | int64](f *field, full byte, bits int, values values[S]) opening {
	if k := f.typ.Kind(); !signed(k) || f.typ.Bits() < bits {
		return nil
	}
	switch f.typ.Kind() {
	case reflect.Int8:
		return openNumbers[S, int8](f, full, values)
	case reflect.Int16:
		return openNumbers[S, int16](f, full, values)
	case reflect.Int32:
		return openNumbers[S, int32](f, full, values)
	case reflect.Int64:
		return openNumbers[S, int64](f, full, values)
	}
	return openNumbers[S, int](f, full, values)
}

func openUnsigned[S uint32 | uint64](f *field, full byte, bits int, values values[S]) opening {
	if k := f.typ.Kind(); !unsigned(k) || f.typ.Bits() < bits {
		return nil
	}
	switch f.typ.Kind() {
	case reflect.Uint8:
		return openNumbers[S, uint8](f, full, values)
	case reflect.Uint16:
		return openNumbers[S, uint16](f, full, values)
	case reflect.Uint32:
		return openNumbers[S, uint32](f, full, values)
	case reflect.Uint64:
		return openNumbers[S, uint64](f, full, values)
	}
	return openNumbers[S, uint](f, full, values)
}

// openLeaf is how values become those of a field that convert gives.
func openLeaf[S, D any](f *field, full byte, values values[S], convert func(S) D) opening {
	var put putter[S] = func(b batch, from int, some []S) {
		c := b.cells(f)
		for i, v := range some {
			put(c, from+i, convert(v))
		}
	}
	if f.pointer {
		put = pointers(f, convert)
	}
	return opened(f, full, values, put, nil)
}

// openNumbers is openLeaf of numbers, whose conversion is not to cost a call for each.
func openNumbers[S, D number](f *field, full byte, values values[S]) opening {
	if f.pointer {
		return openLeaf(f, full, values, func(v S) D { return D(v) })
	}
	return opened(f, full, values,
		func(b batch, from int, some []S) { putNumbers[S, D](b.cells(f), from, some) },
		func(b batch, from int, dict []S, index []int32) { putIndexed[S, D](b.cells(f), from, dict, index) })
}

type number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~int | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uint | ~float32 | ~float64
}

func putNumbers[S, D number](c cells, from int, some []S) {
	for i, v := range some {
		put(c, from+i, D(v))
	}
}

func putIndexed[S, D number](c cells, from int, dict []S, index []int32) {
	for i, n := range index {
		put(c, from+i, D(dict[n]))
	}
}

// pointers makes memory of its own for the values of a field that points to them.
func pointers[S, D any](f *field, convert func(S) D) putter[S] {
	return func(b batch, from int, some []S) {
		all := make([]D, len(some))
		c := b.cells(f)
		for i, v := range some {
			all[i] = convert(v)
			put(c, from+i, &all[i])
		}
	}
}

func openArrays(f *field, full byte) opening {
	return opened(f, full, fixedArrays, func(b batch, from int, some [][]byte) {
		c := b.cells(f)
		for i, v := range some {
			putBytes(c, from+i, v)
		}
	}, nil)
}

func opened[S any](f *field, full byte, taken values[S], put putter[S], indexed func(b batch, from int, dict []S, index []int32)) opening {
	_, text := any(taken).(values[string])
	return func(pages parquet.Pages, skip int64) column {
		return &leaf[S]{
			pages: pages, skip: skip, full: full, null: f.pointer || f.zero,
			values: taken, put: put, indexed: indexed, views: text,
		}
	}
}

func same[T any](v T) T { return v }

// cloned makes bytes the row's own, which may be written to.
func cloned(v []byte) []byte { return append(make([]byte, 0, len(v)), v...) }

func timeOfMillis(v int64) time.Time { return time.UnixMilli(v).UTC() }
func timeOfMicros(v int64) time.Time { return time.UnixMicro(v).UTC() }
func timeOfNanos(v int64) time.Time  { return time.Unix(0, v).UTC() }
func timeOfDate(v int32) time.Time   { return time.Unix(int64(v)*24*60*60, 0).UTC() }

// timeOfInt96 is the time of nanoseconds since midnight and a Julian day.
func timeOfInt96(v deprecated.Int96) time.Time {
	const epoch = 2_440_588 // the Julian day of 1 January 1970
	return time.Unix((int64(v[2])-epoch)*24*60*60, int64(v[1])<<32|int64(v[0])).UTC()
}
