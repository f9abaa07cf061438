package spill

// Rest says that no rows will be added for a while, or ever: memory that no row is in
// is given back at once, and that of rows when [Filler.Spill] is called, for others
// who need it. Until rows are added again, or sorted, Held and Spill may be called from
// any goroutine.
func (f *Filler[T]) Rest() { f.f.rest() }

// Held is how many bytes of memory the filler has while it rests.
func (f *Filler[T]) Held() int64 { return f.f.resting() }

// Spill writes the rows to disk that the filler has while it rests, and reports how
// many bytes of memory that frees.
func (f *Filler[T]) Spill() (freed int64, err error) { return f.f.spillAtRest() }

func (f *filler) rest() {
	f.still.Lock()
	defer f.still.Unlock()
	f.dropFree()
}

func (f *filler) resting() int64 {
	if f.s.filling() != nil {
		return 0
	}
	f.still.Lock()
	defer f.still.Unlock()
	return f.held
}

func (f *filler) spillAtRest() (freed int64, err error) {
	f.still.Lock()
	defer f.still.Unlock()
	if f.s.filling() != nil {
		return 0, nil
	}
	before := f.held
	if err := f.spill(); err != nil {
		return 0, f.s.fail(err)
	}
	f.dropFree()
	return before - f.held, nil
}
