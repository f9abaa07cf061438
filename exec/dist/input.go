package dist

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"anabranch.dev/exec"
	"github.com/cespare/xxhash/v2"
)

// A file of the input is read where a task runs, if the same file is there, and else
// through the driver. A peer opens a stream with its path. The driver answers with its
// size, a probe of its content and its whole path; the peer then asks for pieces, as
// offset and length, each of which it gets behind the length that there was.

// probeBytes is how much of a file is looked at, in each of probePieces places.
const (
	probeBytes  = 16 << 10
	probePieces = 8
)

// probe is a hash of some pieces of a file, first and last among them.
func probe(f io.ReaderAt, size int64) (uint64, error) {
	h := xxhash.New()
	buf := make([]byte, probeBytes)
	for i := range int64(probePieces) {
		off := max(size-probeBytes, 0) * i / (probePieces - 1)
		n, err := f.ReadAt(buf, off)
		if err != nil && err != io.EOF {
			return 0, err
		}
		_, _ = h.Write(buf[:n]) // a hash does not fail
	}
	return h.Sum64(), nil
}

// maxPiece is the most that is asked for at a time.
const maxPiece = 4 << 20

// serveFile serves a file to a peer.
func serveFile(path string, s Stream) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	sum, err := probe(f, info.Size())
	if err != nil {
		return err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	head := binary.LittleEndian.AppendUint64(nil, uint64(info.Size()))
	head = binary.LittleEndian.AppendUint64(head, sum)
	if _, err := s.Write(appendSized(head, []byte(abs))); err != nil {
		return err
	}
	in := bufio.NewReader(s)
	var buf []byte
	for {
		var ask [16]byte
		if _, err := io.ReadFull(in, ask[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		off, n := int64(binary.LittleEndian.Uint64(ask[:])), binary.LittleEndian.Uint64(ask[8:])
		if off < 0 || n > maxPiece {
			return fmt.Errorf("%w: %d bytes at %d are asked for", errMessage, n, off)
		}
		if uint64(cap(buf)) < n {
			buf = make([]byte, n)
		}
		got, err := f.ReadAt(buf[:n], off)
		if err != nil && err != io.EOF {
			return err
		}
		if _, err := s.Write(binary.LittleEndian.AppendUint64(nil, uint64(got))); err != nil {
			return err
		}
		if _, err := s.Write(buf[:got]); err != nil {
			return err
		}
	}
}

// openInput opens a file of the input on a peer.
func openInput(path string, size int64, open func(Header) (Stream, error), run uint64) (exec.Input, error) {
	s, err := open(Header{Kind: FileStream, ID: run, Name: path})
	if err != nil {
		return nil, err
	}
	in := bufio.NewReader(s)
	var head [16]byte
	_, err = io.ReadFull(in, head[:])
	var abs []byte
	if err == nil {
		abs, err = readSized(in, 1<<16)
	}
	if err != nil {
		_ = s.Close() // the error is known
		return nil, whole(err)
	}
	have, sum := int64(binary.LittleEndian.Uint64(head[:])), binary.LittleEndian.Uint64(head[8:])
	if have != size {
		_ = s.Close() // as above
		return nil, fmt.Errorf("%s had %d bytes when the run began, and now has %d", path, size, have)
	}
	for _, p := range []string{string(abs), path} {
		if f := same(p, size, sum); f != nil {
			return f, s.Close()
		}
	}
	return &farFile{s: s, in: in}, nil
}

// same opens a file if it is the one that is wanted.
func same(path string, size int64, sum uint64) *os.File {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() && info.Size() == size {
		if have, err := probe(f, size); err == nil && have == sum {
			return f
		}
	}
	_ = f.Close() // it is of no use
	return nil
}

// farFile reads a file of the driver.
type farFile struct {
	mu sync.Mutex
	s  Stream
	in *bufio.Reader
}

func (f *farFile) ReadAt(p []byte, off int64) (n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n < len(p) {
		want := min(len(p)-n, maxPiece)
		ask := binary.LittleEndian.AppendUint64(nil, uint64(off+int64(n)))
		if _, err := f.s.Write(binary.LittleEndian.AppendUint64(ask, uint64(want))); err != nil {
			return n, err
		}
		var head [8]byte
		if _, err := io.ReadFull(f.in, head[:]); err != nil {
			return n, whole(err)
		}
		got := binary.LittleEndian.Uint64(head[:])
		if got > uint64(want) {
			return n, fmt.Errorf("%w: %d bytes for %d", errMessage, got, want)
		}
		if _, err := io.ReadFull(f.in, p[n:n+int(got)]); err != nil {
			return n, whole(err)
		}
		n += int(got)
		if int(got) < want {
			return n, io.EOF
		}
	}
	return n, nil
}

func (f *farFile) Close() error { return f.s.Close() }
