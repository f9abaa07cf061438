package spill

import "reflect"

// A Codec writes values of T as bytes and reads them back. Its methods may be called from several goroutines at the
// same time.
type Codec[T any] interface {
	// Append appends the bytes of v to dst and returns the longer slice. A value that cannot be written, as a method
	// of its own fails or it is nested too deep, is a panic with a [*CodecError], which the engine makes an error of.
	Append(dst []byte, v T) []byte
	// Decode reads the value at the start of src, and returns how many bytes it took. What follows is not looked at.
	// The value may point into src, which must not be changed afterwards. Whatever the bytes, Decode gives a value or
	// an error.
	Decode(src []byte) (v T, n int, err error)
}

// CodecFor derives the codec of T from its type, or returns the one that is registered for it. The error is a
// [*TypeError] when T is, or holds, a channel, a function, an unsafe pointer or an interface.
//
// What is read back is equal to what was written in the sense of [reflect.DeepEqual], unexported fields, nil slices
// and maps, negative zeros and the bits of NaNs included. Not kept are:
//   - which pointers are equal: every pointer gets a value of its own. What is shared is written as often as it is
//     pointed to, and a value that contains itself cannot be written;
//   - blank fields and padding;
//   - the monotonic reading of a [time.Time]. Its location becomes the first one of the same name that this process
//     has written a time with, or else the one that the system has, or a fixed zone of the same name and offset.
//
// A type with the methods of [encoding.BinaryMarshaler] or [encoding.BinaryAppender], and of
// [encoding.BinaryUnmarshaler], is written by them. Those for text are used only for types that hold pointers: the
// text of a number or a flag may say less than the value. Neither are used for a struct that embeds a type which has
// them, as they may be those of the embedded field alone.
//
// Equal values have equal bytes: maps are written in the order of their encoded keys. Values nest 10,000 deep.
//
// The bytes are for the program that wrote them: they are not described, and change with the type, with this package
// and with the size of an int.
func CodecFor[T any]() (Codec[T], error) {
	if c, ok := registered[T](); ok {
		return c, nil
	}
	f, err := formOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	return codecOf[T](f), nil
}

// derived is the codec of a type by its form. There is little code in it, as it is compiled for every type: what works
// on many rows is in codec_rows.go, and knows them by their places.
type derived[T any] struct{ f *form }

func codecOf[T any](f *form) Codec[T] { return &derived[T]{f} }

// appendBy appends the bytes of v by its form.
//
//go:noinline
func appendBy[T any](f *form, dst []byte, v T) []byte {
	if f.heap {
		p := new(T)
		*p = v
		return f.enc(dst, placeOf(p), 0)
	}
	return f.enc(dst, hiddenPlaceOf(&v), 0)
}

// decodeBy is the way back of appendBy.
//
//go:noinline
func decodeBy[T any](f *form, src []byte) (v T, n int, err error) {
	if f.heap {
		p := new(T)
		n, err = f.dec(src, 0, placeOf(p), 0)
		v = *p
	} else {
		n, err = f.dec(src, 0, hiddenPlaceOf(&v), 0)
	}
	if err != nil {
		var zero T
		return zero, 0, within(f.rt.String(), err)
	}
	return v, n, nil
}

func (c *derived[T]) form() *form { return c.f }

// formIn returns the form that a codec goes by, or nil for one that was not derived.
func formIn(codec any) *form {
	if d, ok := codec.(interface{ form() *form }); ok {
		return d.form()
	}
	return nil
}

// appendAll appends the bytes of all rows to dst.
func appendAll[T any](c Codec[T], dst []byte, rows []T) []byte {
	if f := formIn(c); f != nil {
		return f.appendAll(dst, placesOf(rows))
	}
	for i := range rows {
		dst = c.Append(dst, rows[i])
	}
	return dst
}

// decodeAll fills rows with the values at the start of src, and returns how many bytes they took. After an error the
// rows are of no use.
func decodeAll[T any](c Codec[T], rows []T, src []byte) (n int, err error) {
	if f := formIn(c); f != nil {
		return f.decodeAll(placesOf(rows), src)
	}
	for i := range rows {
		took, err := decodeOne(c, &rows[i], src[n:])
		if err != nil {
			return 0, err
		}
		n += took
	}
	return n, nil
}

// appendEach is appendAll, and appends to ends where in dst each of the rows ends.
func appendEach[T any](c Codec[T], dst []byte, ends []int, rows []T) ([]byte, []int) {
	if f := formIn(c); f != nil {
		return f.appendEach(dst, ends, placesOf(rows))
	}
	for i := range rows {
		dst = c.Append(dst, rows[i])
		ends = append(ends, len(dst))
	}
	return dst, ends
}

// decodeEach fills rows with the values that from has the bytes of, and no others. It returns how many there were
// before the error.
func decodeEach[T any](c Codec[T], rows []T, from [][]byte) (n int, err error) {
	if f := formIn(c); f != nil {
		return f.decodeEach(placesOf(rows), from)
	}
	for i, src := range from {
		took, err := decodeOne(c, &rows[i], src)
		if err == nil && took != len(src) {
			err = errTaken
		}
		if err != nil {
			return i, err
		}
	}
	return len(from), nil
}

// decodeOne sets *v to the value at the start of src.
func decodeOne[T any](c Codec[T], v *T, src []byte) (took int, err error) {
	x, took, err := c.Decode(src)
	if err == nil {
		err = checkTaken(took, len(src))
	}
	if err == nil {
		*v = x
	}
	return took, err
}
