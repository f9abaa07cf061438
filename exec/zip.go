package exec

import "anabranch.dev/spill"

// Zip is the body of an operator that puts row i of its first input together
// with row i of its second, as far as the shorter one goes. The second is kept
// in memory; the first streams.
func Zip[A, B, U any](f func(A, B) U) Body {
	return func(r *Run) (any, error) { return &zip[A, B, U]{f: f, b: buffer[B]{run: r, why: errZipped}}, nil }
}

type zip[A, B, U any] struct {
	f func(A, B) U
	b buffer[B]
	n *numbered[A]
}

func (z *zip[A, B, U]) Probes()                                  {}
func (z *zip[A, B, U]) Open(w *Worker, input int) (Local, error) { return z.b.Open(w, input) }
func (z *zip[A, B, U]) Close() error                             { return z.b.Close() }

func (z *zip[A, B, U]) keeps() error         { return errZipped }
func (z *zip[A, B, U]) spilled() spill.Stats { return spill.Stats{} }

// order is known once the second input has been taken; the morsels of the
// first, which are what it is about, come later.
func (z *zip[A, B, U]) order() *Turn { return z.n.turn }

func (z *zip[A, B, U]) Finish(r *Run, input int) (Then, error) {
	if _, err := z.b.Finish(r, input); err != nil {
		return Then{}, err
	}
	body := pureNumber(z.b.n, func(w *Worker, down Pipe) func([]A, int64) error {
		push := pushOf[U](down)
		var buf []U
		return func(rows []A, first int64) error {
			buf = grown(buf, len(rows))[:0]
			z.b.at(first, first+int64(len(rows)), func(other []B) {
				buf = zipKernel(buf, rows[len(buf):], other, z.f)
			})
			return push(buf)
		}
	})
	step, err := body(r)
	if err != nil {
		return Then{}, err
	}
	z.n = step.(*numbered[A])
	return Then{Probe: z.n}, nil
}

func zipKernel[A, B, U any](dst []U, as []A, bs []B, f func(A, B) U) []U {
	for i := range bs {
		dst = append(dst, f(as[i], bs[i]))
	}
	return dst
}
