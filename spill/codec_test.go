package spill

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unique"
	"unsafe"
)

func mustCodec[T any](t testing.TB) Codec[T] {
	t.Helper()
	c, err := CodecFor[T]()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// checkCodec writes and reads values in every way.
func checkCodec[T any](t testing.TB, values ...T) {
	t.Helper()
	c := mustCodec[T](t)
	for _, v := range values {
		b := c.Append([]byte("before"), v)
		got, n, err := c.Decode(b[len("before"):])
		switch {
		case !bytes.HasPrefix(b, []byte("before")):
			t.Fatalf("%T: Append did not keep what was there", v)
		case err != nil || n != len(b)-len("before"):
			t.Fatalf("%#v as % x: took %d, %v", v, b[len("before"):], n, err)
		case !reflect.DeepEqual(got, v):
			t.Fatalf("%#v became %#v", v, got)
		}
		if size, ok := fixedSize(c); ok && size != n {
			t.Fatalf("%T: takes %d bytes, fixed size %d", v, n, size)
		}
	}
	checkRows(t, c, values...)
}

// checkRows writes and reads values together.
func checkRows[T any](t testing.TB, c Codec[T], values ...T) {
	t.Helper()
	var want []byte
	for _, v := range values {
		want = c.Append(want, v)
	}
	all := appendAll(c, nil, values)
	each, ends := appendEach(c, nil, nil, values)
	if !bytes.Equal(all, want) || !bytes.Equal(each, want) {
		t.Fatalf("%T: one by one % x, all % x, each % x", values, want, all, each)
	}
	from := make([][]byte, len(ends))
	for i, at := 0, 0; i < len(ends); i, at = i+1, ends[i] {
		from[i] = each[at:ends[i]]
	}
	rows := slices.Clone(values)
	slices.Reverse(rows) // what was there is overwritten
	if n, err := decodeAll(c, rows, all); err != nil || n != len(all) || !reflect.DeepEqual(rows, values) {
		t.Fatalf("all %#v became %#v, %d of %d bytes, %v", values, rows, n, len(all), err)
	}
	slices.Reverse(rows)
	if n, err := decodeEach(c, rows, from); err != nil || n != len(rows) || !reflect.DeepEqual(rows, values) {
		t.Fatalf("each of %#v became %#v, %d, %v", values, rows, n, err)
	}

	last := len(from) - 1
	from[last] = append(slices.Clip(from[last]), 0)
	if n, err := decodeEach(c, rows, from); !errors.Is(err, ErrMalformed) || n != last {
		t.Fatalf("%T: a byte too many, row %d: %v", values, n, err)
	}
	for i := range min(len(all), 100) {
		if _, err := decodeAll(c, rows, all[:i:i]); err != nil && !errors.Is(err, ErrMalformed) {
			t.Fatalf("%T: %d of %d bytes: %v", values, i, len(all), err)
		}
	}
}

type (
	aCelsius  float32
	aName     string
	aNames    []aName
	aDigest   [16]byte
	aFlags    [3]bool
	aRaw      []byte
	aUnit     struct{}
	aMatrix   [2][3]float64
	aRegistry map[aName][]int
	aWhen     time.Time
	aPacked   struct {
		a, b int32
		c    uint64
		d    [4]uint16
	}
	aPadded struct {
		a uint8
		b uint64
		c uint16
	}
	aBlank struct {
		a int32
		_ int32
		b int64
		_ func()
	}
	aNothing struct {
		_ int64
		_ func()
	}
	aRow struct {
		Name  string
		ID    int64
		inner struct {
			x, y float64
			ok   bool
			tags []string
		}
		At   time.Time
		Next *aRow
	}
	aTree struct {
		name string
		kids []*aTree
	}
	aList    []aList
	aDict    map[string]aDict
	aChain   *aChain
	aWrapped struct { // whose methods are those of the embedded field
		time.Time
		X int
	}
	aEndpoint struct {
		netip.Addr
		Port uint16
	}
)

func TestCodecValues(t *testing.T) {
	big1, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	fraction, _, _ := big.ParseFloat("0.1", 10, 200, big.ToNearestEven)
	link, _ := url.Parse("https://ann:secret@example.com/a%2fb?q=1#f")
	seven := 7
	p := &seven
	plant := &aTree{"a", []*aTree{nil, {"b", nil}, {"c", []*aTree{}}}}

	checkCodec(t, aMixture{b: 1, h: new([2]string), l: []time.Time{{}}, q: 1i, u: map[string]map[bool]aUnit{}, long: [300]byte{299: 1}})
	checkCodec(t, true, false)
	checkCodec(t, int8(-1), 127)
	checkCodec(t, int16(-1), math.MinInt16)
	checkCodec(t, int32(-1), math.MinInt32)
	checkCodec(t, int64(-1), math.MaxInt64)
	checkCodec(t, -1, 0, 1)
	checkCodec(t, uint8(255))
	checkCodec(t, uint16(65535))
	checkCodec(t, uint32(1<<31))
	checkCodec(t, uint64(1<<63))
	checkCodec(t, uint(1), math.MaxUint)
	checkCodec(t, uintptr(1))
	checkCodec(t, float32(1.5), float32(math.Inf(-1)))
	checkCodec(t, 1.5, math.Inf(1), math.SmallestNonzeroFloat64)
	checkCodec(t, complex64(1+2i))
	checkCodec(t, 1+2i)
	checkCodec(t, aCelsius(-40))
	checkCodec(t, "", "a", strings.Repeat("x", 127), strings.Repeat("x", 128), strings.Repeat("x", 70000))
	checkCodec(t, aName("n"), "")
	checkCodec(t, aNames{"a", ""}, nil, aNames{})
	checkCodec(t, []byte(nil), []byte{}, []byte("abc"))
	checkCodec(t, aRaw(nil), aRaw{}, aRaw{0})
	checkCodec(t, aDigest{1, 15: 2})
	checkCodec(t, []aDigest{{1}, {2}}, nil, []aDigest{})
	checkCodec(t, aFlags{true, false, true})
	checkCodec(t, []bool{true, false}, nil)
	checkCodec(t, aUnit{}, aUnit{})
	checkCodec(t, [2]aNothing{})
	checkCodec(t, []aUnit(nil), []aUnit{}, make([]aUnit, 200))
	checkCodec(t, [4]aUnit{})
	checkCodec(t, [0]int{})
	checkCodec(t, [0]string{})
	checkCodec(t, [][0]string{{}, {}}, nil)
	checkCodec(t, [3]string{"a", "", "c"})
	checkCodec(t, aMatrix{{1, 2, 3}, {4, 5, 6}})
	checkCodec(t, []int64{1, -2}, nil, []int64{})
	checkCodec(t, []uint16{1, 2, 3}, []uint16{1, 2, 3, 4})
	checkCodec(t, []complex128{1, 2i})
	checkCodec(t, aPacked{1, 2, 3, [4]uint16{4, 5, 6, 7}})
	checkCodec(t, aPadded{1, 2, 3}, aPadded{255, 254, 253})
	checkCodec(t, []aPadded{{1, 2, 3}, {4, 5, 6}})
	checkCodec(t, [2]aPadded{{1, 2, 3}, {4, 5, 6}})
	checkCodec(t, aBlank{a: 1, b: 2})
	checkCodec(t, aNothing{})
	checkCodec(t, make([]aNothing, 3), nil, []aNothing{})
	checkCodec(t, map[aUnit]aNothing{{}: {}}, nil)
	checkCodec(t, map[string]int{}, nil, map[string]int{"a": 1}, map[string]int{"a": 1, "b": 2, "": 3})
	checkCodec(t, aRegistry{"a": {1, 2}, "b": nil, "c": {}})
	checkCodec(t, map[[2]int8]map[bool]string{{1, 2}: {true: "x"}, {}: nil})
	checkCodec(t, struct{ m map[string]*int }{map[string]*int{"a": p, "b": nil}})
	checkCodec(t, p, nil)
	checkCodec(t, &p, nil)
	checkCodec(t, &[]string{"a"}, nil)
	checkCodec(t, plant, nil)
	checkCodec(t, *plant)
	checkCodec(t, aList{nil, {}, {{}, nil}})
	checkCodec(t, aDict{"a": nil, "b": {"c": {}}})
	checkCodec(t, aChain(nil), aChain(new(aChain)))
	inner := aRow{Name: "a", ID: 1}
	inner.inner.tags, inner.inner.ok, inner.inner.x, inner.inner.y = []string{"b"}, true, 2, 3
	checkCodec(t, inner, aRow{At: time.Unix(5, 6).UTC(), Next: &aRow{Name: "b"}}, aRow{})
	checkCodec(t, time.Time{}, time.Unix(1, 2), time.Unix(1, 2).UTC(), time.Unix(-1<<62, 999999999).UTC())
	checkCodec(t, aWhen(time.Unix(1, 2).UTC()))
	checkCodec(t, time.Second, -1)
	checkCodec(t, aWrapped{time.Unix(1, 2).UTC(), 3})
	checkCodec(t, netip.Addr{}, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::1%eth0"))
	checkCodec(t, netip.MustParseAddrPort("10.0.0.1:80"))
	checkCodec(t, aEndpoint{netip.MustParseAddr("10.0.0.1"), 80})
	checkCodec(t, map[netip.Addr]string{{}: "none", netip.MustParseAddr("::1"): "me"})
	checkCodec(t, *big1)
	checkCodec(t, big1, nil, new(big.Int))
	checkCodec(t, fraction)
	checkCodec(t, link, nil)
	checkCodec(t, *link)
}

// TestCodecBytes fixes the format: both twins must write this, and what was written must stay readable by the same
// program.
func TestCodecBytes(t *testing.T) {
	check := func(want string, got []byte) {
		t.Helper()
		if fmt.Sprintf("%q", got) != want {
			t.Errorf("got %q, want %s", got, want)
		}
	}
	check(`"\x01"`, mustCodec[bool](t).Append(nil, true))
	check(`"\xfe\xff"`, mustCodec[int16](t).Append(nil, -2))
	check(`"\x00\x00\x80?\x00\x00\x00@"`, mustCodec[complex64](t).Append(nil, 1+2i))
	check(`"\x02ab"`, mustCodec[aName](t).Append(nil, "ab"))
	check(`"\x00"`, mustCodec[aNames](t).Append(nil, nil))
	check(`"\x01"`, mustCodec[aNames](t).Append(nil, aNames{}))
	check(`"\x03\x01a\x00"`, mustCodec[aNames](t).Append(nil, aNames{"a", ""}))
	check(`"\x03\x01\x00\x02\x00"`, mustCodec[[]uint16](t).Append(nil, []uint16{1, 2}))
	check(`"\x03\x00\x00"`, mustCodec[[]aUnit](t).Append(nil, make([]aUnit, 2)))
	check(`"\x03\x00\x00"`, mustCodec[[]aNothing](t).Append(nil, make([]aNothing, 2)))
	check(`"\x02\x00"`, mustCodec[map[aUnit]aUnit](t).Append(nil, map[aUnit]aUnit{{}: {}}))
	check(`"\x03\x01a\x01\x01b\x00"`, mustCodec[map[string]bool](t).Append(nil, map[string]bool{"b": false, "a": true}))
	check(`"\x01\x02\x00\x00\x00\x00\x00\x00\x00\x03\x00"`, mustCodec[aPadded](t).Append(nil, aPadded{1, 2, 3}))
	check(`"\x01\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00"`, mustCodec[aBlank](t).Append(nil, aBlank{a: 1, b: 2}))
	check(`"\x01\x01a\x03\x00\x01\x01b\x00"`, mustCodec[*aTree](t).Append(nil, &aTree{"a", []*aTree{nil, {"b", nil}}}))
	check(`"\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00"`, mustCodec[time.Time](t).Append(nil, time.Unix(1, 2).UTC()))
	check(`"\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00@"`, mustCodec[time.Time](t).Append(nil, time.Unix(1, 2).Local()))
	check(`"\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x80\x03ABC\x03ABC\xc8\x01"`,
		mustCodec[time.Time](t).Append(nil, time.Unix(1, 2).In(time.FixedZone("ABC", 100))))
	check(`"\x04\n\x00\x00\x01"`, mustCodec[netip.Addr](t).Append(nil, netip.MustParseAddr("10.0.0.1")))
	check(`"\x01\x06^a*b+$"`, mustCodec[*regexp.Regexp](t).Append(nil, regexp.MustCompile("^a*b+$")))
}

// TestCodecFloatBits is about values that == does not tell apart, or that are not equal to themselves.
func TestCodecFloatBits(t *testing.T) {
	type floats struct {
		A float64
		B float32
		C complex64
		D map[float64]int8
	}
	signalling := math.Float32frombits(0x7fa00001)
	minus := math.Copysign(0, -1)
	v := floats{math.Float64frombits(0x7ff0dead0000beef), signalling, complex(signalling, float32(minus)),
		map[float64]int8{math.NaN(): 1, math.NaN(): 2, math.Inf(1): 3, minus: 4}}
	c := mustCodec[floats](t)
	b := c.Append(nil, v)
	got, _, err := c.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if again := c.Append(nil, got); !bytes.Equal(again, b) || len(got.D) != 4 {
		t.Errorf("% x became % x", b, again)
	}
	if got.A == got.A || math.Float32bits(got.B) != 0x7fa00001 || math.Float32bits(real(got.C)) != 0x7fa00001 ||
		!math.Signbit(float64(imag(got.C))) {
		t.Errorf("%v became %v", v, got)
	}
	for k, e := range got.D {
		if e == 4 && !math.Signbit(k) {
			t.Error("the key -0 became 0")
		}
	}
}

// TestCodecPadding is about equal values whose memory differs.
func TestCodecPadding(t *testing.T) {
	type aRow struct {
		aPadded
		aNothing
		last bool
	}
	write := func(fill byte) []byte {
		var v aRow
		m := unsafe.Slice((*byte)(unsafe.Pointer(&v)), unsafe.Sizeof(v))
		for i := range m {
			m[i] = fill
		}
		v.a, v.b, v.c, v.last = 1, 2, 3, true
		return mustCodec[aRow](t).Append(nil, v)
	}
	if a, b := write(0), write(0xff); !bytes.Equal(a, b) || len(a) != 12 {
		t.Errorf("% x, % x", a, b)
	}
}

func TestCodecFixedSize(t *testing.T) {
	tests := []struct{ got, want int }{
		{fixedOf[int32](t), 4}, {fixedOf[bool](t), 1}, {fixedOf[aUnit](t), 0}, {fixedOf[aNothing](t), 0},
		{fixedOf[aPacked](t), 24}, {fixedOf[aPadded](t), 11}, {fixedOf[aBlank](t), 12}, {fixedOf[aMatrix](t), 48},
		{fixedOf[aFlags](t), 3}, {fixedOf[[0]string](t), 0}, {fixedOf[string](t), -1}, {fixedOf[*int](t), -1},
		{fixedOf[[2]string](t), -1}, {fixedOf[time.Time](t), -1}, {fixedOf[netip.Addr](t), -1}, {fixedOf[aVoid](t), -1},
	}
	for i, test := range tests {
		if test.got != test.want {
			t.Errorf("test %d: %d bytes, want %d", i, test.got, test.want)
		}
	}
	if !isString(mustCodec[aName](t)) || isString(mustCodec[aRaw](t)) || isString(mustCodec[aVoid](t)) {
		t.Error("a string is not known as one")
	}
}

// fixedSize returns how many bytes every value takes in a codec, if they all take as many, be it none.
func fixedSize(codec any) (n int, ok bool) {
	f := formIn(codec)
	if f == nil || f.fixed < 0 {
		return 0, false
	}
	return f.fixed, true
}

func isString(codec any) bool {
	f := formIn(codec)
	return f != nil && f.text
}

func fixedOf[T any](t *testing.T) int {
	t.Helper()
	if n, ok := fixedSize(mustCodec[T](t)); ok {
		return n
	}
	return -1
}

func TestCodecTypeErrors(t *testing.T) {
	type job struct {
		ID    int
		Steps []struct {
			Done chan struct{}
		}
	}
	check := func(want string, err error) {
		t.Helper()
		if e := (*TypeError)(nil); !errors.As(err, &e) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	errOf := func(_ any, err error) error { return err }
	check("spill.job.Steps[].Done: a chan has no value that can be written", errOf(CodecFor[job]()))
	check("map[string]func()[value]: a func has no value that can be written", errOf(CodecFor[map[string]func()]()))
	check("map[interface {}]int[key]: an interface does not say what to read back; spill.Register can give it a codec",
		errOf(CodecFor[map[any]int]()))
	check("[2]struct { interface {} }[].any: an interface does not say what to read back; spill.Register can give it a codec",
		errOf(CodecFor[[2]struct{ any }]()))
	check("*unsafe.Pointer: an unsafe.Pointer does not say what it points to", errOf(CodecFor[*unsafe.Pointer]()))
	check("*time.Location: a time.Location is known by its identity, which cannot be written",
		errOf(CodecFor[*time.Location]()))
	check("unique.Handle[string]: a unique.Handle is known by its identity, which cannot be written",
		errOf(CodecFor[unique.Handle[string]]()))
	if _, err := CodecFor[job](); err == nil {
		t.Error("no error the second time")
	}
}

// catch returns what f panics with, as an error.
func catch(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = p.(error)
		}
	}()
	f()
	return nil
}

func TestCodecDepth(t *testing.T) {
	type node struct{ next *node }
	check := func(want string, err error) {
		t.Helper()
		if e := (*CodecError)(nil); !errors.As(err, &e) || e.Path != want || !errors.Is(err, ErrTooDeep) {
			t.Errorf("got %v, want one about %s", err, want)
		}
	}
	loop := &node{}
	loop.next = loop
	l := aList{nil}
	l[0] = l
	d := aDict{}
	d["d"] = d
	var p aChain
	p = &p
	check("spill.node", catch(func() { mustCodec[node](t).Append(nil, *loop) }))
	check("spill.node", catch(func() { mustCodec[*node](t).Append(nil, loop) }))
	check("spill.aList", catch(func() { mustCodec[aList](t).Append(nil, l) }))
	check("spill.aDict", catch(func() { mustCodec[aDict](t).Append(nil, d) }))
	check("spill.aChain", catch(func() { mustCodec[aChain](t).Append(nil, p) }))

	var deep *node
	for range maxDepth {
		deep = &node{deep}
	}
	checkCodec(t, deep)
	_, _, err := mustCodec[*node](t).Decode(bytes.Repeat([]byte{1}, maxDepth+10))
	if !errors.Is(err, ErrTooDeep) || !errors.Is(err, ErrMalformed) || len(err.Error()) > 400 {
		t.Errorf("bytes that nest too deep: %v", err)
	}
}

// TestCodecMalformed is about bytes that must be refused, whatever memory they ask for.
func TestCodecMalformed(t *testing.T) {
	long := binary.AppendUvarint(nil, math.MaxUint64)
	many := binary.AppendUvarint(nil, 1<<40)
	check := func(want string, err error) {
		t.Helper()
		if !errors.Is(err, ErrMalformed) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	const short = "malformed bytes: they end within the value"
	for _, length := range [][]byte{long, many} {
		src := append(length, make([]byte, 100)...)
		check("string: "+short, errOfDecode[string](t, src))
		check("[]uint8: "+short, errOfDecode[[]byte](t, src))
		check("[]int64: "+short, errOfDecode[[]int64](t, src))
		check("[]string: "+short, errOfDecode[[]string](t, src))
		check("[]spill.aUnit: "+short, errOfDecode[[]aUnit](t, src))
		check("[]spill.aNothing: "+short, errOfDecode[[]aNothing](t, src))
		check("[]spill.aRow: "+short, errOfDecode[[]aRow](t, src))
		check("map[int]string: "+short, errOfDecode[map[int]string](t, src))
		check("map[spill.aUnit]spill.aUnit: "+short, errOfDecode[map[aUnit]aUnit](t, src))
		check("netip.Addr: "+short, errOfDecode[netip.Addr](t, src))
	}
	check("string: malformed bytes: a length without end", errOfDecode[string](t, bytes.Repeat([]byte{0xff}, 11)))
	check("string: malformed bytes: a length without end", errOfDecode[string](t, nil))
	check("bool: malformed bytes: a flag that is neither 0 nor 1", errOfDecode[bool](t, []byte{2}))
	check("*int: malformed bytes: a flag that is neither 0 nor 1", errOfDecode[*int](t, []byte{2}))
	check("[]spill.aUnit[]: malformed bytes: a flag that is neither 0 nor 1", errOfDecode[[]aUnit](t, []byte{2, 2}))
	check("map[bool]bool: malformed bytes: a key occurs twice", errOfDecode[map[bool]bool](t, []byte{3, 1, 1, 1, 0}))
	check("map[bool]bool[value]: malformed bytes: a flag that is neither 0 nor 1",
		errOfDecode[map[bool]bool](t, []byte{2, 1, 2}))
	check("time.Time: malformed bytes: not a time", errOfDecode[time.Time](t, bytes.Repeat([]byte{0xff}, 12)))
	check("netip.Addr: malformed bytes: unexpected slice size", errOfDecode[netip.Addr](t, []byte{1, 1}))
	check("spill.aRow.ID: "+short, errOfDecode[aRow](t, make([]byte, 1)))
	check("spill.aRow.inner.ok: "+short, errOfDecode[aRow](t, make([]byte, 25)))
	check("spill.aRow.Next.Name: malformed bytes: a length without end",
		errOfDecode[aRow](t, append(make([]byte, 39), 1)))
	check("spill.aTree.kids[].kids[].name: malformed bytes: a length without end",
		errOfDecode[aTree](t, []byte{0, 2, 1, 0, 2, 1}))
	check("float64: "+short, errOfDecode[float64](t, make([]byte, 7)))
}

func errOfDecode[T any](t *testing.T, src []byte) error {
	t.Helper()
	c := mustCodec[T](t)
	_, n, err := c.Decode(src)
	if err != nil && n != 0 {
		t.Errorf("took %d bytes with the error %v", n, err)
	}
	return err
}
