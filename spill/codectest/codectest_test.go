package codectest

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"anabranch.dev/spill"
)

// funcs is a codec made of two functions.
type funcs[T any] struct {
	append func(dst []byte, v T) []byte
	decode func(src []byte) (T, int, error)
}

func (f funcs[T]) Append(dst []byte, v T) []byte     { return f.append(dst, v) }
func (f funcs[T]) Decode(src []byte) (T, int, error) { return f.decode(src) }

var errShort = errors.New("too short")

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func decodeText(src []byte) (string, int, error) {
	size, n := binary.Uvarint(src)
	if n <= 0 || size > uint64(len(src)-n) {
		return "", 0, errShort
	}
	return string(src[n : n+int(size)]), n + int(size), nil
}

func TestRun(t *testing.T) {
	Run(t, funcs[string]{appendText, decodeText}, "", "a", strings.Repeat("long ", 2000))
	floats, err := spill.CodecFor[float64]()
	if err != nil {
		t.Fatal(err)
	}
	same := func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }
	RunFunc(t, floats, same, 0, math.NaN(), math.Copysign(0, -1))
}

// TestWrongCodecs checks that each fault is found, and said.
func TestWrongCodecs(t *testing.T) {
	var mu sync.Mutex
	last := ""
	tests := []struct {
		name string
		c    funcs[string]
		want string
	}{
		{"loses", funcs[string]{appendText, func(src []byte) (string, int, error) {
			s, n, err := decodeText(src)
			return strings.ToLower(s), n, err
		}}, "value 1: Append was given Alpha, Decode returned alpha"},
		{"no end", funcs[string]{
			func(dst []byte, s string) []byte { return append(dst, s...) },
			func(src []byte) (string, int, error) { return string(src), len(src), nil },
		}, "value 0 with more bytes behind: Decode took 8 bytes of the 0 that Append made"},
		{"drops dst", funcs[string]{func(_ []byte, s string) []byte { return appendText(nil, s) }, decodeText},
			"value 0: Append does not keep what dst holds"},
		{"overwrites dst", funcs[string]{func(dst []byte, s string) []byte {
			clear(dst)
			return appendText(dst, s)
		}, decodeText}, "value 0: Append does not keep what dst holds"},
		{"wrong n", funcs[string]{appendText, func(src []byte) (string, int, error) {
			s, n, err := decodeText(src)
			return s, n - 1, err
		}}, "value 0: Decode took 0 bytes of the 1 that Append made"},
		{"n beyond src", funcs[string]{appendText, func(src []byte) (string, int, error) {
			s, n, err := decodeText(src)
			return s, n + 1, err
		}}, "value 0: Decode took 2 of 1 bytes"},
		{"panics on what is cut", funcs[string]{appendText, func(src []byte) (string, int, error) {
			size, n := binary.Uvarint(src)
			return string(src[n : n+int(size)]), n + int(size), nil
		}}, "value 1, 1 of 6 bytes: Decode panics: runtime error: slice bounds out of range"},
		{"n beyond what is cut", funcs[string]{appendText, func(src []byte) (string, int, error) {
			size, n := binary.Uvarint(src)
			return string(src[n:min(n+int(size), len(src))]), n + int(size), nil
		}}, "value 1, 1 of 6 bytes: Decode took 6 of 1 bytes"},
		{"error", funcs[string]{appendText, func([]byte) (string, int, error) { return "", 0, errShort }},
			"value 0: Decode: too short"},
		{"panic", funcs[string]{func([]byte, string) []byte { panic("no") }, decodeText},
			"value 0: Append panics: no"},
		{"changes src", funcs[string]{appendText, func(src []byte) (string, int, error) {
			s, n, err := decodeText(src)
			clear(src)
			return s, n, err
		}}, "value 1: Decode changes src"},
		{"remembers", funcs[string]{appendText, func(src []byte) (string, int, error) {
			s, n, err := decodeText(src)
			mu.Lock()
			defer mu.Unlock()
			s, last = max(s, last), s
			return s, n, err
		}}, "Decode returned"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found := problems(test.c, func(a, b string) bool { return a == b }, []string{"", "Alpha", "beta"})
			if len(found) == 0 || !strings.Contains(strings.Join(found, "\n"), test.want) {
				t.Errorf("found %q, want %q", found, test.want)
			}
		})
	}
	if found := problems(funcs[string]{appendText, decodeText}, func(a, b string) bool { return a == b }, nil); len(found) != 1 {
		t.Errorf("without values: %q", found)
	}
}

// TestSharedMemory is about a codec that decodes into the same memory again and again.
func TestSharedMemory(t *testing.T) {
	shared := make([]byte, 8)
	c := funcs[[]byte]{
		func(dst, v []byte) []byte { return appendText(dst, string(v)) },
		func(src []byte) ([]byte, int, error) {
			s, n, err := decodeText(src)
			return shared[:copy(shared, s)], n, err
		},
	}
	found := problems(c, func(a, b []byte) bool { return string(a) == string(b) }, [][]byte{{1}, {2}})
	if want := "value 0 has changed since Decode returned it"; len(found) == 0 || !strings.Contains(found[0], want) {
		t.Errorf("found %q, want %q", found, want)
	}
}

// TestConcurrent is about a codec that is right for one goroutine alone.
func TestConcurrent(t *testing.T) {
	var mu sync.Mutex
	busy := 0
	c := funcs[string]{appendText, func(src []byte) (string, int, error) {
		mu.Lock()
		busy++
		alone := busy == 1
		mu.Unlock()
		for range 10 {
			runtime.Gosched() // others get their turn
			mu.Lock()
			alone = alone && busy == 1
			mu.Unlock()
		}
		defer func() {
			mu.Lock()
			busy--
			mu.Unlock()
		}()
		if !alone {
			return "", 0, errors.New("not alone")
		}
		return decodeText(src)
	}}
	found := problems(c, func(a, b string) bool { return reflect.DeepEqual(a, b) }, []string{"a", "b"})
	if want := "with 8 goroutines at the same time: "; len(found) != 1 || !strings.HasPrefix(found[0], want) {
		t.Errorf("found %q, want %q", found, want)
	}
}
