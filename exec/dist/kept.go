package dist

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Peers that can reach each other may keep what they send to others' tasks, instead of
// sending it to the driver. A peer then reads it at the other one, and if that cannot be
// reached, through the driver. When a peer is gone, the driver has those of its tasks made
// again whose parcels somebody still wants.
//
// The driver opens a stream for each peer that is to keep parcels of a run, which says so
// and how much disk they may take; as long as it is open, they are kept. The others are
// opened by who wants to read: each question is a place, and the answer these bytes.

const (
	keepName  = "keep:" // and bytes of disk
	relayName = "peer:" // and its number; to the driver
)

// errNotThere means that parcels are gone that a task has asked for: they are made again.
var errNotThere = errors.New("parcels that this task needs cannot be had")

// ServeKept serves a stream about parcels that a peer keeps. It is for peers.
func ServeKept(ctx context.Context, self int, h Header, s Stream) (err error) {
	id := keepID{h.ID, self}
	var disk int64
	if _, err := fmt.Sscanf(h.Name, keepName+"%d", &disk); err == nil {
		return keepFor(ctx, id, disk, s)
	}
	k, err := keeps.get(id)
	if err != nil {
		return err
	}
	defer func() {
		if e := k.Close(); err == nil {
			err = e
		}
	}()
	in := bufio.NewReader(s)
	var buf []byte
	for {
		if _, err := in.Peek(1); err == io.EOF {
			return nil
		}
		at, err := readPlace(in)
		if err != nil {
			return err
		}
		if err := at.in(k.temp.Has); err != nil {
			return err
		}
		if cap(buf) < at.size {
			buf = make([]byte, at.size)
		}
		if err := k.temp.Read(buf[:at.size], at.off); err != nil {
			return whole(err)
		}
		if _, err := s.Write(buf[:at.size]); err != nil {
			return err
		}
	}
}

// keepFor keeps parcels of a run until the driver ends the stream.
func keepFor(ctx context.Context, id keepID, disk int64, s Stream) error {
	k, err := keeps.begin(id, disk)
	if err != nil {
		return err
	}
	if _, err = s.Write([]byte{1}); err == nil {
		<-ctx.Done() // nothing else comes
	}
	return errors.Join(err, keeps.end(k))
}

// keep has a peer keep parcels until the run is over.
func (r *run) keep(p Peer) error {
	s, err := r.cluster.Open(r.ctx, p.ID, Header{Kind: KeptStream, ID: r.id, Name: fmt.Sprint(keepName, r.c.Disk)})
	if err != nil {
		return err
	}
	if _, err := io.ReadFull(s, make([]byte, 1)); err != nil {
		return errors.Join(whole(err), s.Close())
	}
	r.group.Go(func() {
		<-r.ctx.Done()
		_ = s.Close() // which is all it was for
	})
	return nil
}

// relay joins a peer with what another one keeps.
func (r *run) relay(ctx context.Context, name string, s Stream) error {
	var id int
	if _, err := fmt.Sscanf(name, relayName+"%d", &id); err != nil || !strings.HasPrefix(name, relayName) {
		return fmt.Errorf("%w: kept by %q", errMessage, name)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o, err := r.cluster.Open(ctx, id, Header{Kind: KeptStream, ID: r.id})
	if err != nil {
		return err
	}
	defer o.Close()
	go func() { // until one of the streams ends
		if _, err := io.Copy(o, s); err == nil {
			_ = o.CloseWrite() // whether that works is seen below
		}
	}()
	_, err = io.Copy(s, o)
	return err
}

// farKeep reads what another peer keeps.
type farKeep struct {
	i       *rowsFrom
	m       depotMessage
	relayed bool
	s       Stream
	in      *bufio.Reader
	asked   []place // and not got
}

func (f *farKeep) ask(at place) error {
	f.asked = append(f.asked, at)
	if f.s == nil {
		return f.again(f.open())
	}
	_, err := f.s.Write(at.append(nil))
	return f.again(err)
}

// open opens a stream, and asks for what is wanted.
func (f *farKeep) open() (err error) {
	h := Header{Kind: KeptStream, ID: f.i.run}
	if f.relayed || f.i.links.Peer == nil {
		f.relayed = true
		h.Name = fmt.Sprint(relayName, f.m.Peer)
		f.s, err = f.i.links.Driver(f.i.ctx, h)
	} else {
		f.s, err = f.i.links.Peer(f.i.ctx, f.m.Peer, f.m.Addresses, h)
	}
	if err != nil {
		f.s = nil
		return err
	}
	f.in = bufio.NewReader(f.s)
	var b []byte
	for _, at := range f.asked {
		b = at.append(b)
	}
	_, err = f.s.Write(b)
	return err
}

// again goes on through the driver after an error.
func (f *farKeep) again(err error) error {
	if err == nil {
		return nil
	}
	if f.relayed {
		return fmt.Errorf("%w: peer %d: %w", errNotThere, f.m.Peer, err)
	}
	f.relayed = true
	if f.s != nil {
		_ = f.s.Close() // it has failed
	}
	return f.again(f.open())
}

func (f *farKeep) get(at place) ([]byte, error) {
	for {
		b, err := readBytes(f.in, uint64(at.size))
		if err == nil {
			f.asked = f.asked[1:]
			return b, nil
		}
		if err := f.again(err); err != nil {
			return nil, err
		}
	}
}

func (f *farKeep) Close() error {
	if f.s == nil {
		return nil
	}
	return f.s.Close()
}
