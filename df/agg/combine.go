package agg

import "anabranch.dev/internal/groups"

// Both is the accumulator of [Combine].
type Both[A, B any] struct {
	a A
	b B
}

// Combine runs two aggregates over the same rows and joins their results. More
// than two are combined by combining again.
func Combine[T, A, B, R, S, X any](f Func[T, A, R], g Func[T, B, S], join func(R, S) X) Func[T, Both[A, B], X] {
	mustFunc(f == nil || g == nil || join == nil, "Combine")
	return func() Def[T, Both[A, B], X] {
		p, q := f(), g()
		d := Def[T, Both[A, B], X]{
			Merge: func(dst, src *Both[A, B]) {
				p.Merge(&dst.a, &src.a)
				q.Merge(&dst.b, &src.b)
			},
			Result: func(a *Both[A, B]) X { return join(p.Result(&a.a), q.Result(&a.b)) },
		}
		if p.AddAt == nil && q.AddAt == nil {
			d.Add = func(a *Both[A, B], v T) {
				p.Add(&a.a, v)
				q.Add(&a.b, v)
			}
			pBatch, qBatch := batcher(p), batcher(q)
			d.AddBatch = func(to Groups[Both[A, B]], rows []T) {
				pBatch(groups.Part(to, func(a *Both[A, B]) *A { return &a.a }), rows)
				qBatch(groups.Part(to, func(a *Both[A, B]) *B { return &a.b }), rows)
			}
		} else {
			pAt, qAt := adder(p), adder(q)
			d.AddAt = func(a *Both[A, B], v T, at Stamp) {
				pAt(&a.a, v, at)
				qAt(&a.b, v, at)
			}
		}
		if p.Init != nil || q.Init != nil {
			pInit, qInit := initer(p), initer(q)
			d.Init = func(a *Both[A, B]) {
				pInit(&a.a)
				qInit(&a.b)
			}
		}
		if p.Size != nil || q.Size != nil {
			pSize, qSize := sizer(p), sizer(q)
			d.Size = func(a *Both[A, B]) int { return pSize(&a.a) + qSize(&a.b) }
		}
		return d
	}
}

// adder is AddAt, whichever way d adds.
func adder[T, A, R any](d Def[T, A, R]) func(a *A, v T, at Stamp) {
	if d.AddAt != nil {
		return d.AddAt
	}
	return func(a *A, v T, _ Stamp) { d.Add(a, v) }
}

// batcher is AddBatch of an aggregate that has Add.
func batcher[T, A, R any](d Def[T, A, R]) func(to Groups[A], rows []T) {
	if d.AddBatch != nil {
		return d.AddBatch
	}
	return func(to Groups[A], rows []T) {
		for i := range rows {
			d.Add(to.At(i), rows[i])
		}
	}
}

func initer[T, A, R any](d Def[T, A, R]) func(*A) {
	if d.Init != nil {
		return d.Init
	}
	return func(*A) {}
}

func sizer[T, A, R any](d Def[T, A, R]) func(*A) int {
	if d.Size != nil {
		return d.Size
	}
	return func(*A) int { return 0 }
}

// Where runs f over those rows for which keep reports true.
//
//	agg.Where(Order.Paid, agg.Count)
func Where[T, A, R any](keep func(T) bool, f Func[T, A, R]) Func[T, A, R] {
	mustFunc(keep == nil || f == nil, "Where")
	return func() Def[T, A, R] {
		d := f()
		if add := d.Add; add != nil {
			d.Add = func(a *A, v T) {
				if keep(v) {
					add(a, v)
				}
			}
			d.AddBatch = func(to Groups[A], rows []T) {
				for i := range rows {
					if keep(rows[i]) {
						add(to.At(i), rows[i])
					}
				}
			}
		}
		if add := d.AddAt; add != nil {
			d.AddAt = func(a *A, v T, at Stamp) {
				if keep(v) {
					add(a, v, at)
				}
			}
		}
		return d
	}
}

// Of runs f over what part reads from each row.
//
//	agg.Of(Order.ID, agg.Collect)
func Of[T, U, A, R any](part func(T) U, f Func[U, A, R]) Func[T, A, R] {
	mustFunc(part == nil || f == nil, "Of")
	return func() Def[T, A, R] {
		d := f()
		of := Def[T, A, R]{Init: d.Init, Merge: d.Merge, Result: d.Result, Size: d.Size}
		if d.Add != nil {
			of.Add = func(a *A, v T) { d.Add(a, part(v)) }
		}
		if d.AddAt != nil {
			of.AddAt = func(a *A, v T, at Stamp) { d.AddAt(a, part(v), at) }
		}
		return of
	}
}

// Then changes the result of f.
//
//	agg.Then(agg.Collect, func(words []string) string { return strings.Join(words, " ") })
func Then[T, A, R, X any](f Func[T, A, R], change func(R) X) Func[T, A, X] {
	mustFunc(f == nil || change == nil, "Then")
	return func() Def[T, A, X] {
		d := f()
		return Def[T, A, X]{
			Init: d.Init, Add: d.Add, AddAt: d.AddAt, AddBatch: d.AddBatch, Merge: d.Merge, Size: d.Size,
			Result: func(a *A) X { return change(d.Result(a)) },
		}
	}
}
