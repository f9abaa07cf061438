package spill

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
)

var errOdd = errors.New("an odd number")

// aEven is written by its methods, on the pointer, which refuse odd numbers.
type aEven struct{ n int64 }

func (e *aEven) AppendBinary(b []byte) ([]byte, error) {
	if e.n%2 != 0 {
		return nil, errOdd
	}
	return binary.AppendVarint(b, e.n/2), nil
}

func (e *aEven) UnmarshalBinary(b []byte) error {
	h, n := binary.Varint(b)
	if n != len(b) || n == 0 || e.n != 0 {
		return errors.New("not a number, or not into a zero value")
	}
	e.n = 2 * h
	return nil
}

// aKeeper keeps the address that its method is called with, and the bytes.
type aKeeper struct {
	self  *aKeeper
	value [16]byte
	text  string
}

func (k *aKeeper) MarshalBinary() ([]byte, error) {
	k.self = k
	return append(k.value[:], k.text...), nil
}

func (k *aKeeper) UnmarshalBinary(b []byte) error {
	k.self = k
	k.text = string(b[copy(k.value[:], b):])
	return nil
}

// aLevel has a text that says less than the number.
type aLevel int

func (aLevel) MarshalText() ([]byte, error) { return []byte("some"), nil }
func (*aLevel) UnmarshalText([]byte) error  { return nil }

// aShrinking breaks the contract of encoding.TextAppender.
type aShrinking struct{ p *int }

func (aShrinking) AppendText([]byte) ([]byte, error) { return nil, nil }
func (*aShrinking) UnmarshalText([]byte) error       { return nil }

// aRef holds a pointer, so that its text is used. aBits is not a struct.
type aRef struct{ p *string }

func (r aRef) MarshalText() ([]byte, error) { return []byte(*r.p), nil }
func (r *aRef) UnmarshalText(b []byte) error {
	s := string(b)
	r.p = &s
	return nil
}

type aBits uint64

func (b aBits) MarshalBinary() ([]byte, error) { return []byte{byte(b)}, nil }
func (b *aBits) UnmarshalBinary(src []byte) error {
	if len(src) != 1 {
		return errors.New("not one byte")
	}
	*b = aBits(src[0])
	return nil
}

// aHalf can only be written.
type aHalf struct{ n int }

func (aHalf) MarshalBinary() ([]byte, error) { return nil, nil }

var (
	_ encoding.BinaryAppender    = (*aEven)(nil)
	_ encoding.BinaryMarshaler   = (*aKeeper)(nil)
	_ encoding.TextMarshaler     = aLevel(0)
	_ encoding.TextAppender      = aShrinking{}
	_ encoding.BinaryMarshaler   = aHalf{}
	_ encoding.BinaryUnmarshaler = (*aEven)(nil)
)

func TestCodecMethods(t *testing.T) {
	type outer struct {
		E aEven
		P *aEven
		L []aEven
		M map[aEven]aEven
		A [2]aEven
	}
	checkCodec(t, aEven{2}, aEven{-4})
	checkCodec(t, outer{E: aEven{2}}, outer{aEven{2}, &aEven{4}, []aEven{{6}, {8}}, map[aEven]aEven{{10}: {12}}, [2]aEven{{14}, {16}}})
	checkCodec(t, aLevel(3), aLevel(-1))
	checkCodec(t, aHalf{3})
	text := "text"
	checkCodec(t, aRef{&text})
	checkCodec(t, aBits(255))
	if b := mustCodec[aRef](t).Append(nil, aRef{&text}); string(b) != "\x04text" {
		t.Errorf("written as %q, not by MarshalText", b)
	}

	for _, size := range []int{0, 100, 111, 112, 113, 300, 20000} { // a length of one, two and three bytes
		v := aKeeper{value: [16]byte{1}, text: strings.Repeat("x", size)}
		c := mustCodec[[2]aKeeper](t)
		b := c.Append([]byte("before"), [2]aKeeper{v, v})
		got, n, err := c.Decode(b[6:])
		if err != nil || n != len(b)-6 || got[1].text != v.text || got[1].value != v.value {
			t.Errorf("%d bytes of text: took %d of %d, %v", size, n, len(b)-6, err)
		}
		if got[1].self == &got[1] || got[1].self.text != v.text {
			t.Error("the method was called with an address on the stack")
		}
	}
}

func TestCodecMethodErrors(t *testing.T) {
	type outer struct{ E []aEven }
	err := catch(func() { mustCodec[outer](t).Append(nil, outer{[]aEven{{1}}}) })
	if e := (*CodecError)(nil); !errors.As(err, &e) || !errors.Is(err, errOdd) ||
		err.Error() != "spill.aEven: AppendBinary: an odd number" {
		t.Errorf("Append: %v", err)
	}
	err = errOfDecode[outer](t, []byte{2, 1, 0x80})
	want := "spill.outer.E[]: malformed bytes: not a number, or not into a zero value"
	if !errors.Is(err, ErrMalformed) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := catch(func() { mustCodec[aShrinking](t).Append([]byte("a"), aShrinking{new(int)}) }); !errors.Is(err, errShrunk) {
		t.Errorf("an AppendText that returns aNothing: %v", err)
	}
}

// aShape2d is an interface, with a codec that knows two of the types that implement it.
type aShape2d interface{ area() float64 }

type aCircle struct{ R float64 }

func (c aCircle) area() float64 { return 3 * c.R * c.R }

type aWords []string

func (w aWords) area() float64 { return float64(len(w)) }

type shapeCodec struct{}

func (shapeCodec) Append(dst []byte, v aShape2d) []byte {
	switch v := v.(type) {
	case aCircle:
		return append(dst, 'c', byte(v.R))
	case aWords:
		return append(dst, 'w')
	}
	return append(dst, 'n')
}

func (shapeCodec) Decode(src []byte) (aShape2d, int, error) {
	switch {
	case bytes.HasPrefix(src, []byte("c")) && len(src) > 1:
		return aCircle{float64(src[1])}, 2, nil
	case bytes.HasPrefix(src, []byte("w")):
		return aWords{}, 1, nil
	case bytes.HasPrefix(src, []byte("n")):
		return nil, 1, nil
	}
	return nil, 0, ErrMalformed
}

// aWild has a codec that says it took more than there is.
type aWild int

type wildCodec struct{}

func (wildCodec) Append(dst []byte, _ aWild) []byte     { return dst }
func (wildCodec) Decode(src []byte) (aWild, int, error) { return 0, len(src) + 1, nil }

// aVoid has a codec that needs no bytes.
type aVoid int

type voidCodec struct{}

func (voidCodec) Append(dst []byte, _ aVoid) []byte { return dst }
func (voidCodec) Decode([]byte) (aVoid, int, error) { return 7, 0, nil }

func init() {
	Register[aVoid](voidCodec{})
	Register[aShape2d](shapeCodec{})
	Register[aWild](wildCodec{})
}

func TestRegister(t *testing.T) {
	type outer struct {
		S []aShape2d
		M map[string]aShape2d
		K map[aShape2d]aShape2d
		A [2]aShape2d
	}
	checkCodec(t, aShape2d(aCircle{2}), nil, aShape2d(aWords{}))
	checkCodec(t, outer{}, outer{
		[]aShape2d{nil, aCircle{1}, nil},
		map[string]aShape2d{"a": nil, "b": aWords{}},
		map[aShape2d]aShape2d{nil: nil, aCircle{2}: aWords{}},
		[2]aShape2d{aCircle{3}},
	})
	if c, ok := mustCodec[aShape2d](t).(shapeCodec); !ok {
		t.Errorf("CodecFor returned %T", c)
	}
	checkCodec(t, []aVoid{7, 7}, nil, []aVoid{})
	checkCodec(t, map[aVoid]aVoid{7: 7}, nil)
	for _, err := range []error{
		errOfDecode[[]aVoid](t, binary.AppendUvarint(nil, 1<<40)),
		errOfDecode[map[aVoid]aVoid](t, binary.AppendUvarint(nil, 1<<40)),
		errOfDecode[map[aShape2d]int8](t, []byte{2, 'w', 1}), // a key that is a slice
		errOfDecode[[]aWild](t, []byte{2, 0, 0, 0}),
	} {
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("got %v", err)
		}
	}
	// A codec that is not derived goes one by one.
	checkRows(t, shapeCodec{}, aShape2d(aCircle{2}), aShape2d(aWords{}), nil)
	if _, err := decodeAll[aWild](wildCodec{}, make([]aWild, 1), []byte{1}); !errors.Is(err, ErrMalformed) {
		t.Errorf("decodeAll: %v", err)
	}
}

func TestRegisterPanics(t *testing.T) {
	type used struct{ c int8 }
	type holder struct{ u []used }
	mustCodec[holder](t).Append(nil, holder{[]used{{1}}})
	check := func(want string, f func()) {
		t.Helper()
		defer func() {
			if p := fmt.Sprint(recover()); p != want {
				t.Errorf("panic %s, want %s", p, want)
			}
		}()
		f()
	}
	check("spill: Register for spill.aShape2d, which has a codec already", func() { Register[aShape2d](shapeCodec{}) })
	check("spill: Register for spill.used comes too late: its codec has been derived already",
		func() { Register(mustCodec[used](t)) })
	check("spill: Register of a nil codec for int", func() { Register[int](nil) })
}

var (
	oddZone           = time.FixedZone("odd", 12345)
	berlin, errBerlin = time.LoadLocation("Europe/Berlin")
)

func TestCodecTime(t *testing.T) {
	roundTrip := func(v time.Time) time.Time {
		t.Helper()
		c := mustCodec[time.Time](t)
		got, _, err := c.Decode(c.Append(nil, v))
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(v) || got.Format(time.RFC1123Z) != v.Format(time.RFC1123Z) || got.Location().String() != v.Location().String() {
			t.Errorf("%v became %v", v, got)
		}
		return got
	}
	now := time.Now()
	if got := roundTrip(now); got != now.Round(0) {
		t.Errorf("%v became %v", now, got)
	}
	if got := roundTrip(now.UTC()); got != now.UTC().Round(0) {
		t.Errorf("%v became %v", now.UTC(), got)
	}
	if got := roundTrip(now.In(oddZone)); got.Location() != oddZone {
		t.Error("another location of the same name")
	}
	roundTrip(now.In(time.FixedZone("", -1)))
	roundTrip(now.In(time.FixedZone("UTC", 3600)))
	if errBerlin != nil {
		t.Skip(errBerlin)
	}
	winter := time.Date(2026, 1, 2, 3, 4, 5, 6, berlin)
	if got := roundTrip(winter); got != winter || !got.AddDate(0, 6, 0).Equal(winter.AddDate(0, 6, 0)) {
		t.Errorf("%v became %v", winter, got)
	}
}

// TestCodecForeignZones is about times that another process wrote.
func TestCodecForeignZones(t *testing.T) {
	var table zoneTable
	at := time.Unix(1_700_000_000, 0)
	if _, err := time.LoadLocation("Asia/Tokyo"); err == nil {
		tokyo := table.at(zone{"Asia/Tokyo", "JST", 9 * 3600}, at)
		if tokyo.String() != "Asia/Tokyo" || table.at(zone{"Asia/Tokyo", "JST", 9 * 3600}, at) != tokyo {
			t.Error("the location is not found by its name")
		}
	}
	for _, z := range []zone{{"Asia/Tokyo", "JST", 1}, {"../nowhere", "X", 2}, {"Local", "Y", 3}, {"", "", 4}} {
		loc := table.at(z, at)
		if name, offset := at.In(loc).Zone(); name != z.name || offset != z.offset {
			t.Errorf("%v became %s, %d", z, name, offset)
		}
	}
	for i := range 2 * maxZones {
		if i < maxZones-10 && i > 10 {
			continue
		}
		if loc := table.at(zone{"", "", i}, at); loc == nil {
			t.Fatal("no location")
		}
	}
}

// TestCodecMapOrder writes equal maps, filled in different orders.
func TestCodecMapOrder(t *testing.T) {
	c := mustCodec[map[string][]int](t)
	var want []byte
	for i := range 20 {
		m := map[string][]int{}
		for j := range 50 {
			k := (j*7 + i) % 50
			m[fmt.Sprint("key", k)] = []int{k}
		}
		b := c.Append(nil, m)
		if want == nil {
			want = b
		}
		if !bytes.Equal(b, want) {
			t.Fatal("equal maps have different bytes")
		}
	}
}

// TestCodecConcurrent is for the race detector.
func TestCodecConcurrent(t *testing.T) {
	type fresh struct {
		M map[string]netip.Addr
		T time.Time
		N []*fresh
	}
	v := fresh{map[string]netip.Addr{"a": netip.MustParseAddr("::1"), "b": {}}, time.Unix(0, 0).In(time.FixedZone("f", 7)), []*fresh{{}, nil}}
	done := make(chan error)
	for range 8 {
		go func() {
			done <- func() error {
				c, err := CodecFor[fresh]()
				if err != nil {
					return err
				}
				for range 100 {
					got, _, err := c.Decode(c.Append(nil, v))
					if err != nil || !reflect.DeepEqual(got, v) {
						return fmt.Errorf("%v: %w", got, err)
					}
				}
				return nil
			}()
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
