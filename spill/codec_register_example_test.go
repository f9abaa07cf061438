package spill_test

import (
	"fmt"

	"anabranch.dev/spill"
)

// Shape is an interface, so that no codec can be derived for it.
type Shape interface{ Area() int }

type Square struct{ Side uint8 }

func (s Square) Area() int { return int(s.Side) * int(s.Side) }

type Rect struct{ Width, Height uint8 }

func (r Rect) Area() int { return int(r.Width) * int(r.Height) }

// shapes writes which shape it is, and its sides.
type shapes struct{}

func (shapes) Append(dst []byte, s Shape) []byte {
	switch s := s.(type) {
	case Square:
		return append(dst, 's', s.Side)
	case Rect:
		return append(dst, 'r', s.Width, s.Height)
	default:
		panic(fmt.Sprintf("a shape of type %T", s))
	}
}

func (shapes) Decode(src []byte) (Shape, int, error) {
	switch {
	case len(src) >= 2 && src[0] == 's':
		return Square{src[1]}, 2, nil
	case len(src) >= 3 && src[0] == 'r':
		return Rect{src[1], src[2]}, 3, nil
	default:
		return nil, 0, spill.ErrMalformed
	}
}

func init() { spill.Register[Shape](shapes{}) }

func ExampleRegister() {
	codec, err := spill.CodecFor[map[string]Shape]() // Shape has a codec: see init
	if err != nil {
		fmt.Println(err)
		return
	}
	b := codec.Append(nil, map[string]Shape{"small": Square{2}, "large": Rect{30, 40}})
	drawing, _, err := codec.Decode(b)
	fmt.Println(drawing["large"].Area(), drawing["small"].Area(), err)
	// Output: 1200 4 <nil>
}
