package spill

import "sync"

// sharedMemory is a budget that several goroutines use.
type sharedMemory struct {
	mu   sync.Mutex
	of   Memory // nil when the sorter is closed
	held int64
}

// took takes n bytes, or gives them back.
func (m *sharedMemory) took(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		return
	}
	m.held += n
	if n > 0 {
		m.of.Take(n)
	} else {
		m.of.Release(-n)
	}
}

// end gives everything back. It may be called again.
func (m *sharedMemory) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of != nil {
		m.of.Release(m.held)
	}
	m.of, m.held = nil, 0
}
