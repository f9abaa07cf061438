package groups

import (
	"slices"
	"testing"
)

// pair is an accumulator of two parts, at places of different alignment.
type pair struct {
	a byte
	b int64
}

func TestIn(t *testing.T) {
	accs := make([]pair, 5)
	index := []int{4, 0, 2, 2, 0, 4, 4}
	g := In(accs, index)
	if g.Len() != len(index) {
		t.Errorf("%d rows", g.Len())
	}
	as, bs := Part(g, func(p *pair) *byte { return &p.a }), Part(g, func(p *pair) *int64 { return &p.b })
	for i, n := range index {
		if g.At(i) != &accs[n] || as.At(i) != &accs[n].a || bs.At(i) != &accs[n].b {
			t.Errorf("row %d is not of accumulator %d", i, n)
		}
		*as.At(i)++
		*bs.At(i) += int64(i)
	}
	if want := []pair{{2, 5}, {}, {2, 5}, {}, {3, 11}}; !slices.Equal(accs, want) {
		t.Errorf("%v, not %v", accs, want)
	}
}

func TestNone(t *testing.T) {
	if n := Part(In([]pair(nil), nil), func(p *pair) *byte { return &p.a }).Len(); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestInOutside(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic for a number that is not one of the slice")
		}
	}()
	In(make([]pair, 2), []int{2})
}

func TestSame(t *testing.T) {
	for _, n := range []int{0, 1, mostSame, mostSame + 1, 5*mostSame - 1} {
		rows := make([]int, n)
		for i := range rows {
			rows[i] = i
		}
		var sum, calls int
		Same(&sum, rows, func(to Of[int], rows []int) {
			calls++
			if to.Len() != len(rows) {
				t.Errorf("%d groups of %d rows", to.Len(), len(rows))
			}
			for i := range rows {
				*to.At(i) += rows[i]
			}
		})
		if want := n * (n - 1) / 2; sum != want || calls != (n+mostSame-1)/mostSame {
			t.Errorf("%d rows: %d in %d calls", n, sum, calls)
		}
	}
}
