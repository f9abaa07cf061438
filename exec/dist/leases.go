package dist

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"anabranch.dev/exec"
)

// leases are what a task of a source has to read, on a peer: a list, and what the driver
// gives when it is asked for more.
type leases struct {
	list   [][]byte
	places []uint64
	open   func() (Stream, error) // nil: there is no more than the list
	s      Stream
	in     *bufio.Reader
}

var _ exec.Lessee = (*leases)(nil)

// asked is how often more is asked for before it is there, so that nobody waits for it.
const asked = 2

// maxLeases bounds how many leases come at a time.
const maxLeases = 1 << 20

func (l *leases) Next(context.Context) (lease []byte, place uint64, err error) {
	if len(l.list) == 0 && l.open != nil {
		if err := l.more(); err != nil {
			return nil, 0, err
		}
	}
	if len(l.list) == 0 {
		return nil, 0, io.EOF
	}
	lease, place = l.list[0], l.places[0]
	l.list, l.places = l.list[1:], l.places[1:]
	return lease, place, nil
}

// more takes what was asked for, and asks for more.
func (l *leases) more() (err error) {
	ask := make([]byte, 1, asked)
	if l.s == nil {
		if l.s, err = l.open(); err != nil {
			return err
		}
		l.in = bufio.NewReader(l.s)
		ask = ask[:asked]
	}
	if _, err := l.s.Write(ask); err != nil {
		return err
	}
	n, err := binary.ReadUvarint(l.in)
	switch {
	case err != nil:
		return whole(err)
	case n > maxLeases:
		return fmt.Errorf("%w: %d leases", errMessage, n)
	case n == 0:
		l.open = nil
	}
	l.list, l.places = l.list[:0], l.places[:0]
	for range n {
		lease, err := readSized(l.in, maxTask)
		if err != nil {
			return whole(err)
		}
		place, err := binary.ReadUvarint(l.in)
		if err != nil {
			return whole(err)
		}
		l.list, l.places = append(l.list, lease), append(l.places, place)
	}
	return nil
}

func (l *leases) Close() error {
	if l.s == nil {
		return nil
	}
	return l.s.Close()
}
