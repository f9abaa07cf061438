package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxMessage bounds the messages of the handshake, and of the control stream.
const maxMessage = 64 << 10

// errProtocol is what every error about the bytes of the other side is.
var errProtocol = errors.New("not the protocol")

// errEnded is what the end of a connection is where more should have come.
var errEnded = errors.New("the connection ended")

func protocolError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errProtocol, fmt.Sprintf(format, args...))
}

// writeMessage writes p behind its length, in one Write.
func writeMessage(w io.Writer, p []byte) error {
	if len(p) > maxMessage {
		return fmt.Errorf("message of %d bytes, over %d", len(p), maxMessage)
	}
	b := make([]byte, 4, 4+len(p))
	binary.LittleEndian.PutUint32(b, uint32(len(p)))
	_, err := w.Write(append(b, p...))
	return err
}

// readMessage reads what writeMessage wrote. Memory is taken only for a length
// within the limit.
func readMessage(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, endOf(err)
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n > maxMessage {
		return nil, protocolError("a message claims %d bytes, over %d", n, maxMessage)
	}
	p := make([]byte, n)
	if _, err := io.ReadFull(r, p); err != nil {
		return nil, endOf(err)
	}
	return p, nil
}

func endOf(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errEnded
	}
	return err
}

func appendUint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

func appendText[T string | []byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// fields reads the fields of a message. The first one that is wrong is kept, and
// those behind it are zero.
type fields struct {
	rest []byte
	err  error
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = protocolError(format, args...)
	}
	f.rest = nil
}

// uint reads a number of at most limit.
func (f *fields) uint(name string, limit uint64) uint64 {
	if f.err != nil {
		return 0
	}
	v, n := binary.Uvarint(f.rest)
	switch {
	case n <= 0:
		f.fail("the field %s is cut off", name)
		return 0
	case v > limit:
		f.fail("the field %s is %d, over %d", name, v, limit)
		return 0
	}
	f.rest = f.rest[n:]
	return v
}

// text reads at most limit bytes. They are a part of the message.
func (f *fields) text(name string, limit int) []byte {
	n := int(f.uint("length of "+name, uint64(limit)))
	if n > len(f.rest) {
		f.fail("the field %s is cut off", name)
		return nil
	}
	t := f.rest[:n:n]
	f.rest = f.rest[n:]
	return t
}

// end returns the first error; bytes that no field has read are one.
func (f *fields) end() error {
	if len(f.rest) > 0 {
		f.fail("%d bytes follow its last field", len(f.rest))
	}
	return f.err
}
