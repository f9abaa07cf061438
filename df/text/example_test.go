package text_test

import (
	"errors"
	"fmt"
	"strconv"

	"anabranch.dev/df/text"
)

func ExampleFields() {
	fmt.Printf("%q\n", text.Fields(nil, " to be\tor not\u00a0to be "))
	// Output: ["to" "be" "or" "not" "to" "be"]
}

func ExampleLowerFields() {
	lines := []string{"Über allen Gipfeln", "Ist Ruh"}
	fmt.Println(text.LowerFields(nil, lines))
	// Output: [über allen gipfeln ist ruh]
}

func ExampleLower() {
	fmt.Printf("%q\n", text.Lower("ÀB\xff"))
	// Output: "àb\xff"
}

func ExampleAppendLower() {
	key := []byte("user:")
	fmt.Printf("%s\n", text.AppendLower(key, "Ada"))
	// Output: user:ada
}

func ExampleLowerAll() {
	fmt.Println(text.LowerAll(nil, []string{"GET", "Post", "put"}))
	// Output: [get post put]
}

func ExampleSplit() {
	fmt.Printf("%q\n", text.Split(nil, "7;;red", ';'))
	// Output: ["7" "" "red"]
}

func ExampleField() {
	color, ok := text.Field("7;Ada;red", ';', 2)
	fmt.Println(color, ok)
	// Output: red true
}

func ExampleCut() {
	key, value, ok := text.Cut("level=warn=1", '=')
	fmt.Println(key, value, ok)
	// Output: level warn=1 true
}

func ExampleCutLast() {
	station, number, ok := text.CutLast("Hamburg;-12.3", ';')
	fmt.Println(station, number, ok)
	// Output: Hamburg -12.3 true
}

func ExampleInt() {
	n, err := text.Int([]byte("-42"))
	fmt.Println(n, err)
	_, err = text.Int("4x")
	fmt.Println(err)
	// Output:
	// -42 <nil>
	// strconv.ParseInt: parsing "4x": invalid syntax
}

func ExampleUint() {
	n, err := text.Uint("18446744073709551616")
	fmt.Println(n, errors.Is(err, strconv.ErrRange))
	// Output: 18446744073709551615 true
}

func ExampleFloat() {
	f, err := text.Float("-0.125e3")
	fmt.Println(f, err)
	// Output: -125 <nil>
}

func ExampleDecimal() {
	cents, err := text.Decimal("19.9", 2)
	fmt.Println(cents, err)
	_, err = text.Decimal("19.999", 2)
	fmt.Println(errors.Is(err, text.ErrInexact))
	// Output:
	// 1990 <nil>
	// true
}
