// Package aggtest checks that an aggregate keeps the contract of [agg.Def]: the
// answer must not depend on how rows are dealt to workers, on the order in which
// they are added, one by one or in batches, or on the order in which accumulators
// are merged.
//
//	func TestSpend(t *testing.T) {
//		aggtest.Run(t, spend, []Order{{"ann", 3}, {"bob", 5}, {"ann", 4}})
//	}
//
// It does not check that the answer is right: compare that of [agg.Over] with
// what you expect.
package aggtest

import (
	"math/rand/v2"
	"slices"

	"anabranch.dev/df/agg"
	"anabranch.dev/internal/groups"
)

// T is the part of [testing.T] that is used.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// trials is the number of splits tried for each number of rows.
const trials = 60

// Run checks f with the given rows, with some of them and with none. Rows should
// be varied: some equal, some that come before earlier ones, some extreme. A few
// dozen are enough. Results are compared field by field, floats bit by bit, where
// every NaN is the same.
//
// Where there is a Size, it must not be less than the slices and maps in the
// accumulator take, not counting what their elements point at.
func Run[Row, A, R any](t T, f agg.Func[Row, A, R], rows []Row) {
	t.Helper()
	if f == nil {
		t.Fatalf("aggtest.Run: nil aggregate")
	}
	d := f()
	if (d.Add == nil) == (d.AddAt == nil) || d.Merge == nil || d.Result == nil {
		t.Fatalf("a Def needs Merge, Result, and one of Add and AddAt; this has Merge %t, Result %t, Add %t, AddAt %t",
			d.Merge != nil, d.Result != nil, d.Add != nil, d.AddAt != nil)
	}
	if d.AddBatch != nil && d.Add == nil {
		t.Fatalf("a Def with AddBatch needs Add")
	}
	for _, n := range slices.Compact([]int{0, min(1, len(rows)), min(2, len(rows)), len(rows) / 2, len(rows)}) {
		want := agg.Over(rows[:n], f)
		for seed := range uint64(trials) {
			r := rand.New(rand.NewPCG(seed, uint64(n)))
			w := deal(t, r, f(), rows[:n])
			if got := w.mergeAll(); !same(got, want) {
				t.Errorf("%d rows, trial %d, %d accumulators: got %v, but one by one in order %v",
					n, seed, w.dealt, got, want)
				return
			}
		}
	}
}

// workers are accumulators that have been given their rows.
type workers[Row, A, R any] struct {
	t     T
	r     *rand.Rand
	def   agg.Def[Row, A, R]
	accs  []*A
	dealt int
}

// deal gives rows, in random order, to up to seven accumulators; some get none. Where
// there is an AddBatch, every second time some of the rows come in batches.
func deal[Row, A, R any](t T, r *rand.Rand, d agg.Def[Row, A, R], rows []Row) *workers[Row, A, R] {
	w := &workers[Row, A, R]{t: t, r: r, def: d, dealt: 1 + r.IntN(7)}
	accs := make([]A, w.dealt) // side by side, for batches
	for i := range accs {
		w.init(&accs[i])
		w.accs = append(w.accs, &accs[i])
	}
	stamps := places(r, len(rows))
	batches := d.AddBatch != nil && r.IntN(2) == 0
	order := r.Perm(len(rows))
	for len(order) > 0 {
		if batches && r.IntN(2) == 0 {
			n := 1 + r.IntN(len(order))
			var batch []Row
			var to []int
			for _, i := range order[:n] {
				batch, to = append(batch, rows[i]), append(to, r.IntN(len(accs)))
			}
			d.AddBatch(groups.In(accs, to), batch)
			order = order[n:]
			continue
		}
		i, a := order[0], w.accs[r.IntN(len(accs))]
		if order = order[1:]; d.Add != nil {
			d.Add(a, rows[i])
		} else {
			d.AddAt(a, rows[i], stamps[i])
		}
	}
	return w
}

// places cuts n rows into morsels at random.
func places(r *rand.Rand, n int) []agg.Stamp {
	stamps := make([]agg.Stamp, n)
	var at agg.Stamp
	for i := range stamps {
		stamps[i] = at
		at.Row += 1 + r.Uint64N(3)
		if r.IntN(4) == 0 {
			at = agg.Stamp{Morsel: at.Morsel + 1 + r.Uint64N(2)}
		}
	}
	return stamps
}

func (w *workers[Row, A, R]) fresh() *A {
	a := new(A)
	w.init(a)
	return a
}

func (w *workers[Row, A, R]) init(a *A) {
	if w.def.Init != nil {
		w.def.Init(a)
	}
}

// mergeAll merges random pairs until one accumulator is left, now and then with
// an empty one on either side, and reads the result.
func (w *workers[Row, A, R]) mergeAll() R {
	for len(w.accs) > 1 {
		i := w.r.IntN(len(w.accs))
		src := w.accs[i]
		w.accs = slices.Delete(w.accs, i, i+1)
		w.merge(w.accs[w.r.IntN(len(w.accs))], src)
	}
	last := w.accs[0]
	if w.r.IntN(2) == 0 {
		w.merge(last, w.fresh())
	}
	if w.r.IntN(2) == 0 {
		a := w.fresh()
		w.merge(a, last)
		last = a
	}
	return w.def.Result(last)
}

func (w *workers[Row, A, R]) merge(dst, src *A) {
	w.t.Helper()
	w.checkSize(dst)
	w.checkSize(src)
	w.def.Merge(dst, src)
	w.checkSize(dst)
}

func (w *workers[Row, A, R]) checkSize(a *A) {
	w.t.Helper()
	if w.def.Size == nil || holdsContainers[Row]() {
		return
	}
	if got, least := w.def.Size(a), containerBytes(a); got < least {
		w.t.Errorf("Size is %d, but slices and maps take at least %d bytes", got, least)
	}
}
