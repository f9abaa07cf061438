//go:build race || purego

package parquetio

import "reflect"

// batch is rows of a type that this code does not know.
type batch struct{ rows reflect.Value }

func batchOf[T any](rows []T) batch { return batch{reflect.ValueOf(rows)} }

// put sets a field of row i.
func put[V any](b batch, f *field, i int, v V) {
	to := b.rows.Index(i).FieldByIndex(f.index)
	to.Set(reflect.ValueOf(v).Convert(to.Type()))
}

// putBytes copies bytes to a field of row i that is an array of as many.
func putBytes(b batch, f *field, i int, v []byte) {
	reflect.Copy(b.rows.Index(i).FieldByIndex(f.index), reflect.ValueOf(v))
}

func asString(b []byte) string { return string(b) }
