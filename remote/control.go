package remote

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"
)

// What the messages of the control stream say.
const (
	tellBeat   = 1 // the sender lives
	tellAnswer = 2 // to a beat, with the same text
	tellStop   = 3 // the sender will read no more of a stream
	tellBye    = 4 // the driver wants the peer to end
	tells      = 5
)

// A notice is a message of the control stream.
type notice struct {
	what   uint64
	stream uint64 // of tellStop
	text   []byte // of tellStop: why; of tellBeat: for the sender to know again
}

func (n notice) append(b []byte) []byte {
	b = appendUint(b, n.what)
	b = appendUint(b, n.stream)
	return appendText(b, n.text)
}

func parseNotice(p []byte) (n notice, err error) {
	f := fields{rest: p}
	n.what = f.uint("notice", tells-1)
	n.stream = f.uint("stream", math.MaxUint32)
	n.text = f.text("text", maxText)
	if err := f.end(); err != nil {
		return notice{}, err
	}
	if n.what == 0 {
		return notice{}, protocolError("notice 0")
	}
	return n, nil
}

// A control is the control stream of a link.
type control struct {
	stream  io.ReadWriteCloser
	writing sync.Mutex
}

func (c *control) tell(n notice) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return writeMessage(c.stream, n.append(nil))
}

// listen reads notices until the link ends.
func (l *link) listen() error {
	for {
		p, err := readMessage(l.control.stream)
		if err != nil {
			if l.mux.IsClosed() {
				return nil // accept knows why
			}
			return fmt.Errorf("control stream: %w", err)
		}
		n, err := parseNotice(p)
		if err != nil {
			return fmt.Errorf("control stream: %w", err)
		}
		switch n.what {
		case tellBeat:
			// Heartbeats may not wait behind a connection that is full: the next
			// one is answered.
			select {
			case l.answers <- n.text:
			default:
			}
		case tellAnswer:
			if at, ok := l.beats.answered(n.text); ok {
				l.rtt.Store(int64(time.Since(at)))
			}
		case tellStop:
			if err := l.stopped(uint32(n.stream), string(n.text)); err != nil {
				return err
			}
		case tellBye:
			l.group.Go(l.leaveDriver)
		}
	}
}

// beat sends a sign of life every so often, and answers those of the other side.
func (l *link) beat(every time.Duration) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		n := notice{what: tellBeat}
		select {
		case <-l.done:
			return nil
		case <-ticker.C:
			n.text = l.beats.next()
		case n.text = <-l.answers:
			n.what = tellAnswer
		}
		if err := l.control.tell(n); err != nil {
			if l.mux.IsClosed() {
				return nil
			}
			return fmt.Errorf("control stream: %w", err)
		}
	}
}

// beats remembers the last heartbeat.
type beats struct {
	sync.Mutex
	seq  uint64
	sent time.Time
}

func (b *beats) next() []byte {
	b.Lock()
	defer b.Unlock()
	b.seq++
	b.sent = time.Now()
	return appendUint(nil, b.seq)
}

func (b *beats) answered(text []byte) (sent time.Time, last bool) {
	f := fields{rest: text}
	seq := f.uint("beat", math.MaxUint64)
	b.Lock()
	defer b.Unlock()
	return b.sent, f.end() == nil && seq == b.seq
}

const (
	minBeat    = time.Millisecond
	maxSilence = 24 * time.Hour

	// looks is how often a silence is looked at before it is one.
	looks = 16
)

var errSilent = errors.New("nothing heard of it")

// watch ends when nothing has come for so long. It counts looks, not time: a
// process that was itself stopped, and wakes up, has not heard of anybody, and
// gives them time to be heard.
func (l *link) watch(silence time.Duration) error {
	ticker := time.NewTicker(max(silence/looks, minBeat))
	defer ticker.Stop()
	var last int64
	missed := 0
	for {
		select {
		case <-l.done:
			return nil
		case <-ticker.C:
		}
		in := l.transport.in.Load()
		l.rates.sample(in, l.transport.out.Load())
		if in != last {
			last, missed = in, 0
			continue
		}
		if missed++; missed >= looks {
			return fmt.Errorf("%w for %v", errSilent, silence)
		}
	}
}

// rates are bytes per second, over the last seconds.
type rates struct {
	sync.Mutex
	ring [looks + 1]struct {
		at      time.Time
		in, out int64
	}
	n int
}

func (r *rates) sample(in, out int64) {
	r.Lock()
	defer r.Unlock()
	s := &r.ring[r.n%len(r.ring)]
	s.at, s.in, s.out = time.Now(), in, out
	r.n++
}

func (r *rates) perSecond() (in, out float64) {
	r.Lock()
	defer r.Unlock()
	if r.n < 2 {
		return 0, 0
	}
	last := r.ring[(r.n-1)%len(r.ring)]
	first := r.ring[max(0, r.n-len(r.ring))%len(r.ring)]
	seconds := last.at.Sub(first.at).Seconds()
	if seconds <= 0 {
		return 0, 0
	}
	return float64(last.in-first.in) / seconds, float64(last.out-first.out) / seconds
}
