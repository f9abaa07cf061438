package exec

// drainBreaker ends a plan whose last operator gives out rows that nobody asked
// for.
type drainBreaker struct{ rows Rows }

func (v *vertex) drains() bool { _, ok := v.stage.(*drainBreaker); return ok }

// counted is the operator that work in v is counted for: a drain's is that of its input.
func (v *vertex) counted() *operator {
	if v.drains() {
		return v.ins[0].op
	}
	return v.op
}

func (d *drainBreaker) Open(*Worker, int) (Local, error) { return d.rows.drain(), nil }
func (d *drainBreaker) Finish(*Run, int) (Then, error)   { return Then{}, nil }
func (d *drainBreaker) Close() error                     { return nil }
