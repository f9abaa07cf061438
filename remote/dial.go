package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// A Dialer holds what can be chosen about a cluster. The zero value is what
// [Dial] uses.
type Dialer struct {
	// Silence is how long a peer may not be heard of before it is lost; 0 is 2 s.
	// A peer waits five times as long for the driver, unless the connection ends
	// before.
	Silence time.Duration

	// Timeout is how long dialling a host may make no progress; 0 is 20 s. What is
	// being uploaded makes progress.
	Timeout time.Duration

	// AtLeast is how many hosts must be reached; 0 is one. [Cluster.Peers] says what
	// became of the others.
	AtLeast int

	// Window is how many bytes of each stream may be on their way, or wait to be
	// read; 0 is 1 MiB. It is at least 256 KiB.
	Window int

	// Stderr, if it is not nil, is given the lines that peers write to standard
	// error, each behind the name of the peer.
	Stderr io.Writer

	// Direct has peers listen for connections of each other, which are made when they
	// are first needed. Each peer listens at a TCP port, any that is free on all
	// addresses of its host, or where [Host.Direct] says. A connection has TLS 1.3, and
	// both ends have certificates that the driver has made for this cluster, in memory,
	// and sent over its own connections with them. Peers that cannot reach each other go
	// on through the driver; [Peer.DirectErr] says why one does not listen. It is off by
	// default: then no port is open. With it, peers keep the rows that are for other
	// peers: more have to be made again when one is lost.
	Direct bool

	// Losses is how often a task of a plan may be lost together with its peer before the
	// run fails; 0 is 3.
	Losses int

	// Service says which streams peers can open to the driver, and the plan that
	// peers must have.
	Service Service
}

// Dial starts a peer on each host, and connects to it. ctx bounds dialling, and
// not the cluster, which lasts until it is closed. A deadline leaves out the hosts
// that were not reached until then; a cancelled ctx is an error.
//
// Hosts are dialled at the same time. One that cannot be reached is an error
// only if none can: [Dialer.AtLeast] asks for more.
func Dial(ctx context.Context, hosts ...Host) (*Cluster, error) {
	return Dialer{}.Dial(ctx, hosts...)
}

// Dial is [Dial] with the choices of d.
func (d Dialer) Dial(ctx context.Context, hosts ...Host) (*Cluster, error) {
	if len(hosts) == 0 {
		return nil, errors.New("remote: no hosts to dial")
	}
	d.defaults()
	c := newCluster(d)
	if d.Direct {
		a, err := newAuthority(time.Now())
		if err != nil {
			return nil, fmt.Errorf("remote: %w", err)
		}
		c.authority = a
	}
	errs := make([]error, len(hosts))
	var dialled sync.WaitGroup
	for i, h := range hosts {
		p, err := c.enter(h) // here, so that ids are in the order of the hosts
		if err != nil {
			return nil, err
		}
		dialled.Go(func() { errs[i] = p.dial(ctx) })
	}
	dialled.Wait()
	reached := 0
	for _, err := range errs {
		if err == nil {
			reached++
		}
	}
	if reached < min(d.AtLeast, len(hosts)) || ctx.Err() == context.Canceled {
		_ = c.Close() // there is an error to tell already
		return nil, fmt.Errorf("remote: %d of %d hosts reached: %w", reached, len(hosts), errors.Join(errs...))
	}
	return c, nil
}

func (d *Dialer) defaults() {
	def := func(v *time.Duration, to time.Duration) {
		if *v == 0 {
			*v = to
		}
		*v = min(max(*v, looks*minBeat), maxSilence/driverPatience)
	}
	def(&d.Silence, 2*time.Second)
	def(&d.Timeout, 20*time.Second)
	if d.AtLeast == 0 {
		d.AtLeast = 1
	}
	if d.Window == 0 {
		d.Window = defaultWindow
	}
	d.Window = min(max(d.Window, minWindow), maxWindow)
}

// driverPatience is how many times longer a peer waits for a driver that makes
// no sound than the other way round: a driver may be stopped at a terminal for a
// while, and one that has died is noticed by the end of the connection.
const driverPatience = 5

// dial brings a peer up to where it serves. In case of an error everything is
// gone again.
func (p *peer) dial(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.dialling, func() { cancel(context.Cause(p.dialling)) })()
	l, err := p.connect(ctx, cancel)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return p.failed(err)
	}
	return p.ready(ctx, l)
}

// connect starts a peer, and makes a link with it.
func (p *peer) connect(ctx context.Context, cancel context.CancelCauseFunc) (*link, error) {
	progress := newWatchdog(p.dialer.Timeout, cancel)
	defer progress.stop()

	if _, _, err := splitDirect(p.host.Direct); err != nil {
		return nil, err
	}
	prog, err := programOf(p.host)
	if err != nil {
		return nil, err
	}
	launcher := p.host.Launcher
	if launcher == nil {
		launcher = SSH{}
	}
	process, err := launcher.Launch(ctx, p.host, p.tail)
	if err != nil {
		return nil, err
	}
	t := newTransport(process.Conn)
	p.transport = t
	progress.follow(t)
	defer context.AfterFunc(ctx, func() { _ = t.Close() })()
	if process.Shell {
		i := installer{t: t, program: prog, stage: p.at}
		if err := i.run(p.host.Dir); err != nil {
			return nil, err
		}
	}
	p.at(StageStart)
	if _, err := skipTo(t.r, peerMarker); err != nil {
		return nil, err
	}
	p.at(StageHandshake)
	w, err := p.handshake(t, prog)
	if err != nil {
		return nil, err
	}
	return newLink(ctx, t, linkConfig{
		other: p.String(), peer: p.id, driver: true,
		window: w.window, beat: w.beat, silence: p.dialer.Silence, handlers: p.dialer.Service.Handlers,
	})
}

// handshake is the driver's part of it.
func (p *peer) handshake(t *transport, prog program) (welcome, error) {
	b, err := readMessage(t)
	if err != nil {
		return welcome{}, err
	}
	h, err := parseHello(b)
	if err != nil {
		return welcome{}, err
	}
	slots := p.host.Slots
	if slots == 0 {
		slots = h.cores
	}
	w := welcome{
		version: protocolVersion, id: p.id, name: clipName(p.name), slots: slots,
		silence: driverPatience * p.dialer.Silence, beat: max(p.dialer.Silence/4, minBeat), window: p.dialer.Window,
		refusal: h.differs(hello{version: protocolVersion, program: prog.hash, plan: p.dialer.Service.Plan, os: prog.os, arch: prog.arch}),
	}
	p.met(h, slots)
	if _, err := io.WriteString(t, driverMarker); err != nil {
		return welcome{}, err
	}
	if err := writeMessage(t, w.append(nil)); err != nil {
		return welcome{}, err
	}
	if w.refusal != "" {
		return welcome{}, errors.New(w.refusal)
	}
	return w, nil
}

func clipName(s string) string { return s[:min(len(s), maxName)] }

// A watchdog cancels what makes no progress.
type watchdog struct {
	stopped chan struct{}
	ended   chan struct{}
	follows chan *transport
}

func newWatchdog(limit time.Duration, cancel context.CancelCauseFunc) *watchdog {
	w := &watchdog{stopped: make(chan struct{}), ended: make(chan struct{}), follows: make(chan *transport, 1)}
	go func() {
		defer close(w.ended) // after stop
		ticker := time.NewTicker(max(limit/looks, minBeat))
		defer ticker.Stop()
		var t *transport
		var last int64
		for missed := 0; ; {
			select {
			case <-w.stopped:
				return
			case t = <-w.follows:
			case <-ticker.C:
				missed++
			}
			if t != nil && t.in.Load()+t.out.Load() != last {
				last, missed = t.in.Load()+t.out.Load(), 0
			}
			if missed >= looks {
				cancel(fmt.Errorf("no progress for %v", limit))
			}
		}
	}()
	return w
}

// follow says that bytes of t are progress.
func (w *watchdog) follow(t *transport) { w.follows <- t }

func (w *watchdog) stop() {
	close(w.stopped)
	<-w.ended
}
