package dist

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"anabranch.dev/exec"
)

// bounded fails the test when f allocates much more than it was given bytes.
func bounded(t *testing.T, given int, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > uint64(200*given+8<<20) {
		t.Errorf("%d bytes allocated for %d", n, given)
	}
}

func FuzzParcel(f *testing.F) {
	p := parcelMessage{3, exec.Parcel{To: 7, Seq: 1 << 40, Rows: 100, First: []byte("first"), Block: []byte("a block")}}
	whole := append(p.appendHead(nil, sayParcel), p.Block...)
	f.Add(whole[2:])
	f.Add([]byte{0, 0, 0, 0, 200})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parseParcel(b)
		if err != nil {
			if !errors.Is(err, errMessage) {
				t.Error(err)
			}
			return
		}
		if p.edge < 0 || p.To < 0 || p.Rows < 0 {
			t.Errorf("%+v", p)
		}
		message := append(p.appendHead(nil, sayParcel), p.Block...)
		again, err := readSized(bufio.NewReader(bytes.NewReader(message[1:])), maxParcel)
		if err != nil {
			t.Fatal(err)
		}
		if q, err := parseParcel(again); err != nil || q.edge != p.edge || q.To != p.To || q.Seq != p.Seq || q.Rows != p.Rows || !bytes.Equal(q.First, p.First) || !bytes.Equal(q.Block, p.Block) {
			t.Errorf("%+v, %+v, %v", p, q, err)
		}
	})
}

func FuzzEnd(f *testing.F) {
	f.Add(encoded(endMessage{}))
	f.Add(encoded(endMessage{messageOf(&exec.Error{Op: "map", Label: "l", Err: &exec.PanicError{Value: 7, Stack: []byte("here")}})}))
	f.Add(encoded(endMessage{&errorMessage{Is: []int{0, 1, -1, 1 << 40}, Named: true}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, len(b), func() {
			m, err := decodedAs[endMessage](b)
			if err == nil && m.Err != nil {
				_ = m.Err.err("a peer").Error()
			}
		})
	})
}

func FuzzTask(f *testing.F) {
	f.Add(encoded(taskMessage{}))
	f.Add(encoded(taskMessage{Task: 7, Calls: []callMessage{{"name", []byte("arg")}}, Parts: []int{1, 2}, Leases: [][]byte{{1}, nil}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, len(b), func() {
			if m, err := decodedAs[taskMessage](b); err == nil {
				_ = serveTask(t.Context(), 1, m, &taskStream{}, Links{}) // there is no such plan
			}
		})
	})
}

func FuzzSized(f *testing.F) {
	f.Add(appendSized(nil, []byte("some bytes")))
	f.Add(binary.AppendUvarint(nil, 2<<30))
	f.Add(binary.AppendUvarint(nil, maxParcel))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, len(b), func() {
			r := bufio.NewReader(bytes.NewReader(b))
			for {
				if _, err := readSized(r, maxParcel); err != nil {
					return
				}
			}
		})
	})
}

// canned is a stream from which come some bytes, and no others.
type canned struct {
	io.Reader
	io.Writer
}

func (canned) CloseWrite() error { return nil }
func (canned) Close() error      { return nil }

// FuzzFileAsked serves a file to a peer that sends anything.
func FuzzFileAsked(f *testing.F) {
	path := filepath.Join(f.TempDir(), "file")
	text := bytes.Repeat([]byte("a line\n"), 100)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		f.Fatal(err)
	}
	ask := func(b []byte, off, n uint64) []byte {
		return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, off), n)
	}
	f.Add(ask(ask(nil, 10, 20), 690, 20))
	f.Add(ask(nil, 1<<63, 20))
	f.Add(ask(nil, 0, 2<<30))
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		_ = serveFile(path, canned{bytes.NewReader(b), &out}) // an error is an answer
		if out.Len() > 1<<16+len(b)/16*(8+len(text)) {
			t.Errorf("%d bytes for %d", out.Len(), len(b))
		}
	})
}

// FuzzFileAnswers opens a file of a driver that answers anything.
func FuzzFileAnswers(f *testing.F) {
	f.Add(append(binary.LittleEndian.AppendUint64(nil, 100), "12345678\x05/none\x05\x00\x00\x00\x00\x00\x00\x00hello"...))
	f.Add(append(binary.LittleEndian.AppendUint64(nil, 100), "12345678\xff\xff\xff\xff\x0f"...))
	f.Add(append(binary.LittleEndian.AppendUint64(nil, 100), "12345678\x05/none\x05\x00\x00\x00\x01\x00\x00\x00hello"...))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, len(b), func() {
			in, err := openInput("none", 100, func(Header) (Stream, error) { return canned{bytes.NewReader(b), io.Discard}, nil }, 1)
			if err != nil {
				return
			}
			p := make([]byte, 10)
			for off := range int64(4) {
				if n, err := in.ReadAt(p, 10*off); n > len(p) || n < len(p) && err == nil {
					t.Errorf("%d, %v", n, err)
				}
			}
			_ = in.Close() // of a canned stream
		})
	})
}

// FuzzRows reads an input of a task from a driver that says anything.
func FuzzRows(f *testing.F) {
	depots := appendSized(nil, encoded([]depotMessage{{Number: 0, Path: "/proc/4194303/fd/9", Key: make([]byte, keyBytes)}, {Number: 1, Peer: 2}}))
	f.Add(appendSized(depots, []byte("a block")))
	f.Add(place{100, 10}.append(append(depots, 0, 1)))
	f.Add(place{100, 10}.append(append(depots, 0, 0)))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, len(b), func() {
			in := &rowsFrom{name: "1:0", links: Links{Driver: func(context.Context, Header) (Stream, error) {
				return canned{bytes.NewReader(b), io.Discard}, nil
			}}}
			for {
				if _, err := in.Next(t.Context()); err != nil {
					break
				}
			}
			_ = in.Close() // of canned streams
		})
	})
}

// FuzzKept asks for parcels that are kept.
func FuzzKept(f *testing.F) {
	k, err := keeps.begin(keepID{1, 1}, 0)
	if err != nil {
		f.Fatal(err)
	}
	defer keeps.end(k)
	block := bytes.Repeat([]byte("x"), 1000)
	off, err := k.append(block)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(place{off, 1000}.append(place{off + 10, 10}.append(nil)))
	f.Add(place{1 << 50, 1000}.append(nil))
	f.Add(place{off, 1 << 30}.append(nil))
	f.Add([]byte{0, 10})
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		bounded(t, len(b), func() {
			_ = ServeKept(t.Context(), 1, Header{ID: 1}, canned{bytes.NewReader(b), &out}) // an error is an answer
		})
		if out.Len() > (len(b)/2+1)*(keyBytes+1000) {
			t.Errorf("%d bytes for %d", out.Len(), len(b))
		}
	})
}
