package spill

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// aMixture has much of what can be in a type.
type aMixture struct {
	A    int8
	b    uint64
	C    [3]aPadded
	D    []aPadded
	E    map[aName][]*aMixture
	G    [2]struct{ x, y float32 }
	h    *[2]string
	I    []bool
	J    map[[2]int16]struct{}
	K    time.Time
	l    []time.Time
	M    netip.AddrPort
	N    []netip.Addr
	O    *big.Int
	P    []aBlank
	q    complex64
	R    []complex128
	S    [][]byte
	T    []aNothing
	u    map[string]map[bool]aUnit
	V    [2]aEven
	W    aList
	X    aDict
	Y    []uint16
	Z    uintptr
	long [300]byte
}

// randomTypes are written with random values, which sum up to a known sum in both twins, and read from damaged bytes.
var randomTypes = []randomType{
	randomTypeOf[int]("int", "e043ad5b"),
	randomTypeOf[float32]("float32", "6011ac03"),
	randomTypeOf[string]("string", "8f9fa352"),
	randomTypeOf[[]aName]("strings", "6ef5bbbb"),
	randomTypeOf[aRaw]("bytes", "c4feeefc"),
	randomTypeOf[[]bool]("bools", "083daad2"),
	randomTypeOf[aPacked]("packed", "c302738a"),
	randomTypeOf[[]aPacked]("packeds", "854eb6a1"),
	randomTypeOf[aPadded]("padded", "6eca3e22"),
	randomTypeOf[[][2]aPadded]("paddeds", "b68066e2"),
	randomTypeOf[[]**uint16]("pointers", "9c990cbe"),
	randomTypeOf[aTree]("tree", "deaae3da"),
	randomTypeOf[aList]("list", "c284233f"),
	randomTypeOf[map[float64][]string]("map", "3a74fb88"),
	randomTypeOf[time.Time]("time", "0e0147ca"),
	randomTypeOf[[]netip.Addr]("addresses", "3143b705"),
	randomTypeOf[aMixture]("mixture", "d16a4bad"),
	randomTypeOf[[]aMixture]("mixtures", "2d9fa6d7"),
}

type randomType struct {
	name, sum string
	write     func(t testing.TB, r *rand.Rand, values int) []byte
	decode    func(src []byte) error
}

func randomTypeOf[T any](name, sum string) randomType {
	return randomType{name, sum, randomCodec[T], decodeDamaged[T]}
}

// randomCodec checks random values of T and returns their bytes.
func randomCodec[T any](t testing.TB, r *rand.Rand, values int) []byte {
	t.Helper()
	vs := make([]T, values)
	for i := range vs {
		fill(reflect.ValueOf(&vs[i]).Elem(), r, 4)
	}
	checkCodec(t, vs...)
	return appendAll(mustCodec[T](t), nil, vs)
}

// fill sets v to a random value that is equal to itself. Lengths shrink with size, and are nil now and then.
func fill(v reflect.Value, r *rand.Rand, size int) {
	if !v.CanSet() {
		v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	}
	if fillKnown(v, r) {
		return
	}
	length := func() int {
		if r.IntN(50) == 0 && size == 4 {
			return 128 + r.IntN(100)
		}
		return r.IntN(size + 1)
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.Uint64()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(r.Uint64())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(randomFloat(r))
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(randomFloat(r), randomFloat(r)))
	case reflect.String:
		v.SetString(strings.Repeat(string(rune('a'+r.IntN(26))), length()))
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), r, size)
		}
	case reflect.Slice:
		if r.IntN(4) == 0 {
			return
		}
		n := length()
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(v.Index(i), r, size/2)
		}
	case reflect.Map:
		if r.IntN(4) == 0 {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range length() {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, r, size/2)
			fill(elem, r, size/2)
			v.SetMapIndex(key, elem)
		}
	case reflect.Pointer:
		if r.IntN(4) == 0 || size == 0 {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), r, size/2)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "_" {
				fill(v.Field(i), r, size)
			}
		}
	}
}

func randomFloat(r *rand.Rand) float64 {
	if r.IntN(10) == 0 {
		return []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1)}[r.IntN(4)]
	}
	return float64(float32(r.NormFloat64())) // the same in a float32
}

var randomZones = []*time.Location{time.UTC, time.Local, time.FixedZone("east", 3600), time.FixedZone("", -1800)}

// fillKnown sets values of types that are written by their methods.
func fillKnown(v reflect.Value, r *rand.Rand) bool {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(r.Int64N(1<<40)-1<<39, r.Int64N(1e9)).In(randomZones[r.IntN(len(randomZones))])
	case *netip.Addr:
		if r.IntN(2) == 0 {
			*p = netip.AddrFrom4([4]byte{1, 2, byte(r.Uint32()), byte(r.Uint32())})
		} else {
			*p = netip.AddrFrom16([16]byte{0xfe, 0x80, 15: byte(r.Uint32())}).WithZone(strconv.Itoa(r.IntN(9)))
		}
	case *netip.AddrPort:
		*p = netip.AddrPortFrom(netip.AddrFrom4([4]byte{1, 2, byte(r.Uint32()), byte(r.Uint32())}), uint16(r.Uint32()))
	case *big.Int:
		p.SetUint64(r.Uint64())
	case *aEven:
		p.n = 2 * (r.Int64N(1<<20) - 1<<19)
	default:
		return false
	}
	return true
}

func TestCodecRandom(t *testing.T) {
	for _, rt := range randomTypes {
		b := rt.write(t, rand.New(rand.NewPCG(1, 2)), 200)
		sum := sha256.Sum256(b)
		if got := hex.EncodeToString(sum[:4]); got != rt.sum && strconv.IntSize == 64 {
			t.Errorf("%s: %d bytes with the sum %s, want %s", rt.name, len(b), got, rt.sum)
		}
	}
}

// TestCodecDamaged decodes random values with bytes changed.
func TestCodecDamaged(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, rt := range randomTypes {
		src := rt.write(t, r, 10)
		for range 1000 {
			b := bytes.Clone(src)
			for range 1 + r.IntN(3) {
				b[r.IntN(len(b))] = byte(r.Uint32() >> (8 + r.IntN(8)))
			}
			if err := rt.decode(b[r.IntN(len(b)):]); err != nil {
				t.Fatalf("%s: %v", rt.name, err)
			}
		}
	}
}

func FuzzCodecDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for i, rt := range randomTypes {
		f.Add(uint(i), rt.write(f, r, 1))
	}
	f.Fuzz(func(t *testing.T, i uint, src []byte) {
		rt := randomTypes[i%uint(len(randomTypes))]
		if err := rt.decode(src); err != nil {
			t.Errorf("%s: %v", rt.name, err)
		}
	})
}

// decodeDamaged decodes bytes of any kind. They must give a value that can be written again, or an error.
func decodeDamaged[T any](src []byte) error {
	c, err := CodecFor[T]()
	if err != nil {
		return err
	}
	before := bytes.Clone(src)
	v, n, err := c.Decode(src)
	switch {
	case !bytes.Equal(src, before):
		return errors.New("Decode changed src")
	case err != nil && !errors.Is(err, ErrMalformed):
		return err
	case err != nil:
		return nil
	case n < 0 || n > len(src):
		return fmt.Errorf("Decode took %d of %d bytes", n, len(src))
	}
	b := c.Append(nil, v)
	again, n, err := c.Decode(b)
	if err != nil || n != len(b) || !bytes.Equal(c.Append(nil, again), b) {
		return fmt.Errorf("what was decoded cannot be written and read: %w", err)
	}
	return nil
}
