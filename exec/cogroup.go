package exec

import (
	"anabranch.dev/spill"
)

// An OneOf is a row of one of three inputs.
type OneOf[A, B, C any] struct {
	Input int
	A     A
	B     B
	C     C
}

// oneOfCodec writes the row that there is.
type oneOfCodec[A, B, C any] struct {
	a spill.Codec[A]
	b spill.Codec[B]
	c spill.Codec[C]
}

func newOneOfCodec[A, B, C any]() (o oneOfCodec[A, B, C], err error) {
	if o.a, err = spill.CodecFor[A](); err != nil {
		return o, err
	}
	if o.b, err = spill.CodecFor[B](); err != nil {
		return o, err
	}
	o.c, err = spill.CodecFor[C]()
	return o, err
}

func (o oneOfCodec[A, B, C]) Append(dst []byte, v OneOf[A, B, C]) []byte {
	dst = append(dst, byte(v.Input))
	switch v.Input {
	case 0:
		return o.a.Append(dst, v.A)
	case 1:
		return o.b.Append(dst, v.B)
	}
	return o.c.Append(dst, v.C)
}

func (o oneOfCodec[A, B, C]) Decode(src []byte) (v OneOf[A, B, C], n int, err error) {
	if len(src) == 0 || src[0] > 2 {
		return v, 0, spill.ErrMalformed
	}
	switch v.Input = int(src[0]); v.Input {
	case 0:
		v.A, n, err = o.a.Decode(src[1:])
	case 1:
		v.B, n, err = o.b.Decode(src[1:])
	default:
		v.C, n, err = o.c.Decode(src[1:])
	}
	return v, n + 1, err
}

// CoGroup is [GroupBy] for the rows of two or three inputs together: those of one
// key come one input after the other or, with one, in the order that is given.
func CoGroup[A, B, C any, K comparable, R any](inputs int, a func(A) K, b func(B) K, c func(C) K, within spill.Order[OneOf[A, B, C]], f GroupFunc[OneOf[A, B, C], K, R]) Body {
	key := func(v OneOf[A, B, C]) K {
		switch v.Input {
		case 0:
			return a(v.A)
		case 1:
			return b(v.B)
		}
		return c(v.C)
	}
	return func(r *Run) (any, error) {
		codec, err := newOneOfCodec[A, B, C]()
		if err != nil {
			return nil, err
		}
		return &coGroup[A, B, C, K, R]{left: inputs, groupBy: newGroupBy(r, key, within, codec, f)}, nil
	}
}

type coGroup[A, B, C any, K comparable, R any] struct {
	*groupBy[OneOf[A, B, C], K, R]
	left int // inputs that are not finished
}

func (g *coGroup[A, B, C, K, R]) Open(w *Worker, input int) (Local, error) {
	l, err := g.groupBy.Open(w, input)
	if err != nil {
		return nil, err
	}
	push := pushOf[OneOf[A, B, C]](l.Pipe())
	switch input {
	case 0:
		return &sideLocal[A, OneOf[A, B, C]]{l, func(v A) OneOf[A, B, C] { return OneOf[A, B, C]{A: v} }, push, nil}, nil
	case 1:
		return &sideLocal[B, OneOf[A, B, C]]{l, func(v B) OneOf[A, B, C] { return OneOf[A, B, C]{Input: 1, B: v} }, push, nil}, nil
	}
	return &sideLocal[C, OneOf[A, B, C]]{l, func(v C) OneOf[A, B, C] { return OneOf[A, B, C]{Input: 2, C: v} }, push, nil}, nil
}

func (g *coGroup[A, B, C, K, R]) Finish(r *Run, input int) (Then, error) {
	if g.left--; g.left > 0 {
		return Then{}, nil
	}
	return g.groupBy.Finish(r, input)
}

// sideLocal makes rows of one input rows of all.
type sideLocal[T, U any] struct {
	Local
	make func(T) U
	push func([]U) error
	buf  []U
}

func (l *sideLocal[T, U]) Pipe() Pipe {
	return l.Local.Pipe().reading(func(rows []T) error {
		l.buf = grown(l.buf, len(rows))
		mapKernel(l.buf, rows, l.make)
		return l.push(l.buf)
	})
}
