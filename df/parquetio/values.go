package parquetio

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding"
)

// How values of each physical type are taken out of a page.

func int32s(d *encoding.Values, from, n int, _ []int32) []int32    { return d.Int32()[from : from+n] }
func int64s(d *encoding.Values, from, n int, _ []int64) []int64    { return d.Int64()[from : from+n] }
func uint32s(d *encoding.Values, from, n int, _ []uint32) []uint32 { return d.Uint32()[from : from+n] }
func uint64s(d *encoding.Values, from, n int, _ []uint64) []uint64 { return d.Uint64()[from : from+n] }

func floats(d *encoding.Values, from, n int, _ []float32) []float32 { return d.Float()[from : from+n] }
func doubles(d *encoding.Values, from, n int, _ []float64) []float64 {
	return d.Double()[from : from+n]
}

func int96s(d *encoding.Values, from, n int, _ []deprecated.Int96) []deprecated.Int96 {
	return d.Int96()[from : from+n]
}

// bools takes bits: the lowest of a byte is the first.
func bools(d *encoding.Values, from, n int, buf []bool) []bool {
	bits := d.Boolean()
	for i := range buf[:n] {
		at := from + i
		buf[i] = bits[at/8]>>(at%8)&1 != 0
	}
	return buf[:n]
}

// texts gives strings that are memory of the page.
func texts(d *encoding.Values, from, n int, buf []string) []string {
	data, offsets := d.ByteArray()
	offsets = offsets[from : from+n+1]
	for i := range buf[:n] {
		buf[i] = asString(data[offsets[i]:offsets[i+1]])
	}
	return buf[:n]
}

func byteArrays(d *encoding.Values, from, n int, buf [][]byte) [][]byte {
	data, offsets := d.ByteArray()
	offsets = offsets[from : from+n+1]
	for i := range buf[:n] {
		buf[i] = data[offsets[i]:offsets[i+1]]
	}
	return buf[:n]
}

func fixedArrays(d *encoding.Values, from, n int, buf [][]byte) [][]byte {
	data, size := d.FixedLenByteArray()
	for i := range buf[:n] {
		at := (from + i) * size
		buf[i] = data[at : at+size]
	}
	return buf[:n]
}
