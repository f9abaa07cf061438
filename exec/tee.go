package exec

// tee gives every batch to several consumers. One that may overwrite what it is given
// gets a copy, unless it is the last. One that wants no more rows is left out; the tee
// stops when all have.
type teeLocal[T any] struct {
	pushes  []func([]T) error
	reads   []bool // see Pipe
	stopped []bool
	copied  []T
}

//go:noinline
func tee[T any](downs []Pipe) Pipe {
	t := &teeLocal[T]{stopped: make([]bool, len(downs))}
	for _, d := range downs {
		t.pushes, t.reads = append(t.pushes, pushOf[T](d)), append(t.reads, d.Reads)
	}
	return Pipe{
		Push: t.push,
		Mark: func(m Mark) error {
			for _, d := range downs {
				if err := d.Mark(m); err != nil {
					return err
				}
			}
			return nil
		},
		Done: func() bool {
			for _, d := range downs {
				if !d.Done() {
					return false
				}
			}
			return true
		},
		Reads: t.reads[len(downs)-1], // the others are given copies if they do not
	}
}

func (t *teeLocal[T]) push(rows []T) error {
	live := 0
	last := len(t.pushes) - 1
	for i, push := range t.pushes {
		if t.stopped[i] {
			continue
		}
		batch := rows
		if i < last && !t.reads[i] {
			t.copied = append(t.copied[:0], rows...)
			batch = t.copied
		}
		switch err := push(batch); err {
		case nil:
			live++
		case ErrStop:
			t.stopped[i] = true
		default:
			return err
		}
	}
	if live == 0 {
		return ErrStop
	}
	return nil
}
