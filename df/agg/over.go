package agg

// Over aggregates the rows of a slice, one after the other. It is for trying an
// aggregate out, and for data so small that a dataflow is not worth it.
func Over[T, A, R any](rows []T, f Func[T, A, R]) R {
	mustFunc(f == nil, "Over")
	d := f()
	add := adder(d)
	var a A
	initer(d)(&a)
	for i, v := range rows {
		add(&a, v, Stamp{Row: uint64(i)})
	}
	return d.Result(&a)
}
