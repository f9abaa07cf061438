package dftest

import (
	"fmt"
	"sync/atomic"
)

// FailAt makes a function that fails for one row.
func FailAt[T comparable](n T) func(T) (T, error) {
	return func(v T) (T, error) {
		if v == n {
			return v, ErrBoom
		}
		return v, nil
	}
}

// Boom panics with ErrBoom.
func Boom() { panic(ErrBoom) }

// BoomAt panics every n-th time that it is called.
func BoomAt(n int64) func() {
	var calls atomic.Int64
	return func() {
		if calls.Add(1)%n == 0 {
			Boom()
		}
	}
}

// PanicText is what a function panics with, as text.
func PanicText(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}
