package exec

import "slices"

// A Holder is the share of a [Budget] that one worker's part of an operator has,
// which can write what it holds to disk. It implements [spill.Memory].
type Holder struct {
	b     *Budget
	held  int64 // guarded by the budget's mutex
	asked bool  // likewise: others are short of memory, and this one has much
}

// Holder makes a holder that has nothing.
func (b *Budget) Holder() *Holder {
	h := &Holder{b: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mu.holders = append(b.mu.holders, h)
	return h
}

// Reserve takes n bytes, or none and reports false: the holder then writes to
// disk and asks again. Of 0 bytes it reports whether the holder may keep what it
// has.
func (h *Holder) Reserve(n int64) bool {
	b := h.b
	if n == 0 {
		b.mu.Lock()
		defer b.mu.Unlock()
		return !h.asked
	}
	if h.fits(n, b.live) {
		return true
	}
	b.relieve(b.used.Load() + n - b.live)
	return h.fits(n, b.live) || b.ask(h) && h.fits(n, b.limit)
}

// fits takes n bytes unless that makes more than most.
func (h *Holder) fits(n, most int64) bool {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	if h.b.used.Load()+n > most {
		return false
	}
	h.held += n
	h.b.take(n)
	return true
}

// Take takes n bytes in any case.
func (h *Holder) Take(n int64) {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	h.held += n
	h.b.take(n)
}

// Release gives n bytes back.
func (h *Holder) Release(n int64) {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	h.held -= n
	h.b.take(-n)
	h.asked = false // what it was asked for
}

// ask marks the running holder with the most memory, if it has more than twice
// what h has, and reports whether there is one.
func (b *Budget) ask(h *Holder) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	var most *Holder
	for _, o := range b.mu.holders {
		if o != h && !o.asked && (most == nil || o.held > most.held) {
			most = o
		}
	}
	if most == nil || most.held <= 0 || h != nil && most.held <= 2*h.held {
		return false
	}
	most.asked = true
	return true
}

// asked is what the holders have that were asked to write to disk: it will be
// free soon.
func (b *Budget) asked() (n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.mu.holders {
		if o.asked {
			n += o.held
		}
	}
	return n
}

// idle is memory of an operator that does not run now, and that anybody may ask
// to write it to disk.
type idle struct {
	held  func() int64
	spill func() int64 // reports what became free
}

// offer says that memory may be written to disk by whoever is short of it.
func (b *Budget) offer(i *idle) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mu.idle = append(b.mu.idle, i)
}

// relieve has idle memory written to disk until n bytes have become free, the
// largest first.
func (b *Budget) relieve(n int64) {
	for n > 0 {
		b.mu.Lock()
		list := slices.Clone(b.mu.idle)
		b.mu.Unlock()
		var most *idle
		held := int64(0)
		for _, i := range list {
			if m := i.held(); m > held {
				most, held = i, m
			}
		}
		if most == nil {
			return
		}
		freed := most.spill()
		if n -= freed; freed > 0 {
			continue
		}
		b.mu.Lock()
		b.mu.idle = slices.DeleteFunc(b.mu.idle, func(i *idle) bool { return i == most })
		b.mu.Unlock()
	}
}
