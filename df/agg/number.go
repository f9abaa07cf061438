package agg

import (
	"fmt"

	"anabranch.dev/internal/plan"
)

// Integer is every integer type.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// Float is every floating-point type.
type Float interface{ ~float32 | ~float64 }

// Number is every integer and floating-point type.
type Number interface{ Integer | Float }

// mustFunc panics when a constructor was given a nil function.
func mustFunc(missing bool, name string) {
	if missing {
		misuse(name, "nil function")
	}
}

// misuse panics about a wrong call, with its place in the user's program.
func misuse(name, what string) { panic(fmt.Sprintf("agg.%s (%v): %s", name, plan.Caller(), what)) }
