//go:build !(race || purego || mips || mips64 || ppc64 || s390x)

package spill

import (
	"testing"
	"time"
)

func TestCodecAllocs(t *testing.T) {
	checkAllocs(t, 0, benchPoint{1, 2, 3, 4})
	checkAllocs(t, 0, "a string")
	checkAllocs(t, 1, benchRec{"name", 1, 2, []string{"a", "b"}}) // the slice; the strings point into what is read
	checkAllocs(t, 1, []int32{1, 2, 3})
	checkAllocs(t, 1, []aPadded{{1, 2, 3}})
	checkAllocs(t, 0, aRaw("bytes"))
	checkAllocs(t, 0, []aDigest{{1}})
	checkAllocs(t, 0, aPadded{1, 2, 3})
	checkAllocs(t, 0, time.Unix(1, 2).UTC())
	checkAllocs(t, 0, time.Unix(1, 2).In(time.FixedZone("zone", 1)))
	checkAllocs(t, 1, &aPadded{1, 2, 3})
}

// checkAllocs checks that writing v allocates nothing, and reading it so often.
func checkAllocs[T any](t *testing.T, want float64, v T) {
	t.Helper()
	c := mustCodec[T](t)
	b := c.Append(nil, v)
	if got := testing.AllocsPerRun(100, func() { b = c.Append(b[:0], v) }); got != 0 {
		t.Errorf("%T: Append allocates %v times", v, got)
	}
	read := func() {
		if _, _, err := c.Decode(b); err != nil {
			t.Error(err)
		}
	}
	if got := testing.AllocsPerRun(100, read); got != want {
		t.Errorf("%T: Decode allocates %v times, want %v", v, got, want)
	}
}

// TestCodecMovingStack writes and reads a value on a stack that grows, and so moves, in between.
func TestCodecMovingStack(t *testing.T) {
	type node struct{ next *node }
	type row struct {
		before string
		deep   *node
		after  []string
	}
	v := row{before: "before", after: []string{"after", "that"}}
	for range maxDepth / 2 {
		v.deep = &node{v.deep}
	}
	c := mustCodec[row](t)
	done := make(chan []byte)
	go func() { done <- c.Append(nil, v) }()
	b := <-done
	go func() {
		got, _, err := c.Decode(b)
		if err != nil || got.before != "before" || len(got.after) != 2 || got.after[1] != "that" {
			t.Errorf("%v, %v, %v", got.before, got.after, err)
		}
		done <- nil
	}()
	<-done
}
