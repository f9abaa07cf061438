package exec

// probe is the step that answers left rows from the tables.
func (j *join[L, R, K, O]) probe() Step { return &probeStep[L, R, K, O]{j} }

type probeStep[L, R any, K comparable, O any] struct{ j *join[L, R, K, O] }

func (s *probeStep[L, R, K, O]) Fuse(w *Worker, down Pipe) (Pipe, error) {
	p := &prober[L, R, K, O]{
		j: s.j, w: w, out: batcher[O]{pushOf[O](down), make([]O, 0, BatchRows[O]())},
		same: sameKeys[K](),
	}
	return down.with(p.probe), nil
}

// prober is one worker's part of the probing.
type prober[L, R any, K comparable, O any] struct {
	j    *join[L, R, K, O]
	w    *Worker
	out  batcher[O]
	ks   []K
	hs   []uint64
	at   []uint32           // numbers of rows
	same func(a, b *K) bool // nil: == says it

	touched uint32
}

func (p *prober[L, R, K, O]) probe(rows []L) error {
	p.ks, p.hs, p.at = grown(p.ks, len(rows)), grown(p.hs, len(rows)), grown(p.at, len(rows))
	ks, hs, at := p.ks[:len(rows)], p.hs[:len(rows)], p.at[:len(rows)]
	keysKernel(rows, p.j.LeftKey, ks)
	if i, err := p.j.hash(ks, hs); err != nil {
		return p.w.Fail(i, err)
	}
	t := p.j.table
	slotKernel(&t.parts, t.slots, hs, at)
	searchKernel(&t.parts, t.slots, hs, at)
	p.touched += touchKernel(t.nodes, at)
	for i := range rows {
		if err := p.answer(&rows[i], &ks[i], hs[i], at[i]); err != nil {
			return err
		}
	}
	return p.out.flush()
}

// answer makes the rows of one left row.
func (p *prober[L, R, K, O]) answer(l *L, k *K, h uint64, at uint32) error {
	j := p.j
	t := j.table
	n := t.first(k, h, at, p.same)
	if n == 0 {
		if j.LeftOnly == nil {
			return nil
		}
		return p.out.add(j.LeftOnly(*l))
	}
	if j.Match == nil {
		return nil
	}
	for n > 0 {
		node := &t.nodes[n-1]
		if err := p.out.add(j.Match(*l, node.row)); err != nil || j.Once {
			return err
		}
		n = t.after(n, h)
	}
	return nil
}
