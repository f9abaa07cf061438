package spill

import (
	"errors"
	"testing"
)

// TestRingOfPointers writes a value that contains itself, of a type that is a
// pointer.
func TestRingOfPointers(t *testing.T) {
	type ring struct{ next *ring }
	r := &ring{}
	r.next = r
	c, err := CodecFor[*ring]()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, ErrTooDeep) {
			t.Errorf("recovered %v", err)
		}
	}()
	c.Append(nil, r)
}
