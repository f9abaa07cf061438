package dist

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"anabranch.dev/exec"
)

// rowsFrom is an input of a task, on a peer: blocks that the driver sends, or tells the
// places of. The stream is opened when rows are wanted.
type rowsFrom struct {
	open   func(name string) (Stream, error)
	name   string
	places bool // those that are in files can be read
	s      Stream
	in     *bufio.Reader
	files  []*openFile
}

var _ exec.Inlet = (*rowsFrom)(nil)

func (i *rowsFrom) Next(context.Context) ([]byte, error) {
	if i.s == nil {
		if err := i.begin(); err != nil {
			return nil, err
		}
	}
	b, err := readSized(i.in, maxParcel)
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err == nil && len(b) == 0 && i.places {
		return i.fromFile()
	}
	return b, err
}

// begin opens the stream. Where files cannot be opened, bytes are asked for.
func (i *rowsFrom) begin() error {
	name := i.name
	if i.places {
		name += placesSuffix
	}
	s, err := i.open(name)
	if err != nil {
		return err
	}
	i.s, i.in = s, bufio.NewReader(s)
	if !i.places {
		return nil
	}
	list, err := readFiles(i.in)
	if err != nil {
		return err
	}
	for _, m := range list {
		f, err := files.get(m)
		if err != nil {
			i.places = false
			return errors.Join(i.Close(), i.begin())
		}
		i.files = append(i.files, f)
	}
	return nil
}

// readFiles reads which files the places are in.
func readFiles(r *bufio.Reader) (list []fileMessage, err error) {
	const most = 1 << 16
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, whole(err)
	}
	if n > most {
		return nil, fmt.Errorf("%w: %d files", errMessage, n)
	}
	for range n {
		path, err := readSized(r, keyBytes)
		if err != nil {
			return nil, whole(err)
		}
		key, err := readSized(r, keyBytes)
		if err != nil {
			return nil, whole(err)
		}
		list = append(list, fileMessage{string(path), key})
	}
	return list, nil
}

// fromFile reads a block whose place comes next.
func (i *rowsFrom) fromFile() ([]byte, error) {
	n, err := binary.ReadUvarint(i.in)
	if err != nil {
		return nil, whole(err)
	}
	if n >= uint64(len(i.files)) {
		return nil, fmt.Errorf("%w: file %d", errMessage, n)
	}
	at, err := readPlace(i.in)
	if err != nil {
		return nil, err
	}
	b := make([]byte, at.size)
	if _, err := i.files[n].ReadAt(b, at.off); err != nil {
		return nil, whole(err)
	}
	return b, nil
}

func (i *rowsFrom) Close() (err error) {
	for _, f := range i.files {
		err = errors.Join(err, files.put(f))
	}
	i.files = nil
	if i.s != nil {
		err = errors.Join(err, i.s.Close())
		i.s = nil
	}
	return err
}
