package exec

// probe is the step that answers left rows from the tables.
func (j *join[L, R, K, O]) probe() Step { return &probeStep[L, R, K, O]{j} }

type probeStep[L, R any, K comparable, O any] struct{ j *join[L, R, K, O] }

func (s *probeStep[L, R, K, O]) Fuse(w *Worker, down Pipe) (Pipe, error) {
	return down.reading(newProber(s.j.JoinOf, s.j.hash, s.j.table, w, down).probe), nil
}

// prober is one worker's part of the probing.
type prober[L, R any, K comparable, O any] struct {
	JoinOf[L, R, K, O]
	hash  func(ks []K, hs []uint64) (int, error)
	table *joinTable[K, R]
	w     *Worker
	same  func(a, b *K) bool // nil: == says it
	push  func([]O) error
	out   []O
	n     int // rows in out

	ks      []K
	hs      []uint64
	at      []uint32          // numbers of rows
	rights  []*buildRow[K, R] // that may be the first of the key
	touched uint32
}

func newProber[L, R any, K comparable, O any](of JoinOf[L, R, K, O], hash func([]K, []uint64) (int, error), t *joinTable[K, R], w *Worker, down Pipe) *prober[L, R, K, O] {
	return &prober[L, R, K, O]{
		JoinOf: of, hash: hash, table: t, w: w, same: sameKeys[K](),
		push: pushOf[O](down), out: make([]O, BatchRows[O]()),
	}
}

func (p *prober[L, R, K, O]) probe(rows []L) error {
	n := len(rows)
	p.ks, p.hs, p.at, p.rights = grown(p.ks, n), grown(p.hs, n), grown(p.at, n), grown(p.rights, n)
	keysKernel(rows, p.LeftKey, p.ks)
	if i, err := p.hash(p.ks, p.hs); err != nil {
		return p.w.Fail(i, err)
	}
	t := p.table
	slotKernel(&t.where, t.slots, p.hs, p.at)
	searchKernel(&t.where, t.slots, p.hs, p.at)
	p.touched += rowKernel(&t.parts, p.hs, p.at, p.rights)
	if err := p.answer(rows); err != nil {
		return err
	}
	return p.flush()
}

// answer makes the rows of left rows.
func (p *prober[L, R, K, O]) answer(rows []L) error {
	j, t := &p.JoinOf, p.table
	for i := range rows {
		r := p.rights[i]
		if r != nil && r.k != p.ks[i] && (p.same == nil || !p.same(&r.k, &p.ks[i])) {
			r = t.search(&p.ks[i], p.hs[i], p.same)
		}
		if r == nil {
			if j.LeftOnly != nil {
				p.out[p.n] = j.LeftOnly(rows[i])
				if p.n++; p.n == len(p.out) {
					if err := p.flush(); err != nil {
						return err
					}
				}
			}
			continue
		}
		if j.Match == nil {
			continue
		}
		for ; r != nil; r = t.after(r) {
			p.out[p.n] = j.Match(rows[i], r.row)
			if p.n++; p.n == len(p.out) {
				if err := p.flush(); err != nil {
					return err
				}
			}
			if j.Once {
				break
			}
		}
	}
	return nil
}

func (p *prober[L, R, K, O]) flush() error {
	rows := p.out[:p.n]
	p.n = 0
	if len(rows) == 0 {
		return nil
	}
	return p.push(rows)
}
