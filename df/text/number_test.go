package text

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// numbers are inputs for the parsers: every form that strconv knows and many that it refuses.
func numbers() []string {
	out := []string{
		"", "-", "+", ".", "-.", "+.", "0", "-0", "+0", "-0.0", "00", "1", "-1", "+1", "1.", ".5", "-.5", "+.5",
		"1..2", "1.2.3", "--1", "+-1", "-12.3", "99.9", "-99.9", "1_0", "0x10", "1e5", "1E-5", "1e", "1e+", "e5",
		"1e22", "1e23", "123e22", "1e-22", "1e-23", "1e400", "-1e400", "1e-400", "1e0001", "1e1000", "inf", "-Inf",
		"nan", "infinity", "0x1p-2", " 1", "1 ", "12a", "a12", "1\x00", "\xb1", "9007199254740992", "9007199254740993",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
		"18446744073709551615", "18446744073709551616", "00000000000000000000000000001", "-00000000000000000000012.30",
		"0.000000000000000000001", "123456789012345678901234567890", "922337203685477580.7", "922337203685477580.8",
		"-922337203685477580.8", "1.000", "1.001", "12.30", "12.34", "100000000000000000000.5", "1.05x",
		"0.1", "0.3", "3.14159265358979", "179769313486231570000e289", "5e-324", "2.2250738585072014e-308", "1.7976931348623157e308",
		"99999999999999999999.99999", "1.5e3", "123456.789e-3", "/", ":", "1/", "1:", "-/.1", "1,5", "1-2.3", "-1-.3",
	}
	for n := 1; n < 23; n++ {
		d := "1234567890987654321234567"[:n]
		out = append(out, d, "-"+d, "+"+d, d+".5", "-"+d+".25", d[:n/2]+"."+d[n/2:], strings.Repeat("9", n), strings.Repeat("0", n),
			d[:n/2]+"x"+d[n/2:], d[:n-1]+":")
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		f := math.Float64frombits(r.Uint64())
		out = append(out, strconv.FormatFloat(f, 'g', r.IntN(19)-1, 64), strconv.FormatFloat(r.NormFloat64()*1000, 'f', r.IntN(12), 64),
			strconv.FormatInt(int64(r.Uint64())>>r.IntN(64), 10), strconv.FormatFloat(r.ExpFloat64(), 'f', -1, 64))
	}
	return out
}

func checkNumber(t *testing.T, s string) {
	t.Helper()
	i, err := strconv.ParseInt(s, 10, 64)
	sameNumber(t, "Int", s, i, err, Int[string], Int[[]byte])
	u, err := strconv.ParseUint(s, 10, 64)
	sameNumber(t, "Uint", s, u, err, Uint[string], Uint[[]byte])
	f, err := strconv.ParseFloat(s, 64)
	sameNumber(t, "Float", s, math.Float64bits(f), err,
		func(s string) (uint64, error) { f, err := Float(s); return math.Float64bits(f), err },
		func(s []byte) (uint64, error) { f, err := Float(s); return math.Float64bits(f), err })
	for _, places := range []int{0, 1, 2, 3, 6, 7, 18} {
		d, err := plainDecimal(s, places)
		sameNumber(t, fmt.Sprint("Decimal ", places), s, d, err,
			func(s string) (int64, error) { return Decimal(s, places) },
			func(s []byte) (int64, error) { return Decimal(s, places) })
	}
}

func sameNumber[T comparable](t *testing.T, name, s string, want T, wantErr error, str func(string) (T, error), byt func([]byte) (T, error)) {
	t.Helper()
	if got, err := str(s); got != want || !reflect.DeepEqual(err, wantErr) {
		t.Errorf("%s(%q) = %v, %v, want %v, %v", name, s, got, err, want, wantErr)
	}
	b := []byte(s)
	got, err := byt(b)
	clear(b) // an error must not show this
	if got != want || !reflect.DeepEqual(err, wantErr) {
		t.Errorf("%s([]byte %q) = %v, %v, want %v, %v", name, s, got, err, want, wantErr)
	}
}

// plainDecimal is Decimal by big rationals.
func plainDecimal(s string, places int) (int64, error) {
	fail := func(err error) (int64, error) {
		return 0, &strconv.NumError{Func: "Decimal", Num: s, Err: err}
	}
	v, ok := new(big.Rat).SetString(s)
	if strings.Trim(s, "+-.0123456789") != "" || !ok {
		return fail(strconv.ErrSyntax)
	}
	v.Mul(v, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)))
	whole := new(big.Int).Quo(v.Num(), v.Denom())
	switch {
	case !whole.IsInt64():
		return fail(strconv.ErrRange)
	case !v.IsInt():
		return fail(ErrInexact)
	}
	return whole.Int64(), nil
}

func TestNumbers(t *testing.T) {
	for _, s := range numbers() {
		checkNumber(t, s)
	}
}

// TestShortNumbers tries every string of up to four of the bytes that matter.
func TestShortNumbers(t *testing.T) {
	const alphabet = "-+.09/:e"
	for n, total := 1, len(alphabet); n <= 4; n, total = n+1, total*len(alphabet) {
		for k := range total {
			b := make([]byte, n)
			for i := range b {
				b[i] = alphabet[k%len(alphabet)]
				k /= len(alphabet)
			}
			checkNumber(t, string(b))
		}
	}
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"-12.3", "1e5", "18446744073709551615", "+.5", "123456789.125"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 100 {
			checkNumber(t, s)
		}
	})
}

func TestDecimalPanics(t *testing.T) {
	for _, places := range []int{-1, 19} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("places %d: no panic", places)
				}
			}()
			_, _ = Decimal("1.5", places)
		}()
	}
}

func TestNumbersAllocateNothing(t *testing.T) {
	b := []byte("-12.3")
	n := testing.AllocsPerRun(100, func() {
		_, e1 := Decimal(b, 1)
		_, e2 := Float(b)
		_, e3 := Int(b[1:3])
		_, e4 := Uint("1234567890123")
		_, e5 := Decimal("12345678.25", 3)
		if err := errors.Join(e1, e2, e3, e4, e5); err != nil {
			t.Fatal(err)
		}
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}
