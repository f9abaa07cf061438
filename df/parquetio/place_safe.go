//go:build race || purego

package parquetio

import "reflect"

// batch is rows of a type that this code does not know.
type batch struct{ rows reflect.Value }

func batchOf[T any](rows []T) batch { return batch{reflect.ValueOf(rows)} }

// cells are one field of the rows.
type cells struct {
	rows  reflect.Value
	index []int
}

func (b batch) cells(f *field) cells { return cells{b.rows, f.index} }

func (c cells) at(i int) reflect.Value { return c.rows.Index(i).FieldByIndex(c.index) }

// put sets the field of row i.
func put[V any](c cells, i int, v V) {
	to := c.at(i)
	to.Set(reflect.ValueOf(v).Convert(to.Type()))
}

// putBytes copies bytes to the field of row i, which is an array of as many.
func putBytes(c cells, i int, v []byte) { reflect.Copy(c.at(i), reflect.ValueOf(v)) }

func asString(b []byte) string { return string(b) }
