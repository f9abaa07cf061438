package remote

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// allocates returns how many bytes f allocates.
func allocates(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func FuzzHello(f *testing.F) {
	h := hello{version: protocolVersion, program: strings.Repeat("a", 64), plan: []byte("plan"), os: "linux", arch: "amd64", cores: 4, pid: 77, host: "node"}
	f.Add(h.append(nil))
	f.Add([]byte{protocolVersion + 1})
	f.Fuzz(func(t *testing.T, p []byte) {
		h, err := parseHello(p)
		if err != nil {
			if !errors.Is(err, errProtocol) {
				t.Error(err)
			}
			return
		}
		if h.version == protocolVersion {
			again, err := parseHello(h.append(nil))
			if err != nil || !bytes.Equal(again.append(nil), h.append(nil)) {
				t.Errorf("%+v: %v", h, err)
			}
		}
		_ = h.differs(hello{version: protocolVersion})
	})
}

func FuzzWelcome(f *testing.F) {
	f.Add(welcome{version: protocolVersion, id: 3, name: "node", slots: 2, silence: time.Second, beat: time.Second, window: minWindow}.append(nil))
	f.Add(welcome{version: protocolVersion, refusal: "no"}.append(nil))
	f.Fuzz(func(t *testing.T, p []byte) {
		w, err := parseWelcome(p)
		if err == nil && w.refusal == "" && (w.silence <= 0 || w.beat <= 0 || w.window < minWindow || w.window > maxWindow) {
			t.Errorf("%+v", w)
		}
	})
}

func FuzzNotice(f *testing.F) {
	f.Add(notice{what: tellStop, stream: 7, text: []byte("why")}.append(nil))
	f.Add(notice{what: tellBeat, text: []byte{1}}.append(nil))
	f.Fuzz(func(t *testing.T, p []byte) {
		n, err := parseNotice(p)
		if err == nil && (n.what < tellBeat || n.what > tellBye || len(n.text) > maxText) {
			t.Errorf("%+v", n)
		}
	})
}

func FuzzHeader(f *testing.F) {
	f.Add(Header{Kind: KindFile, ID: 1 << 60, Name: "a/b"}.append(nil))
	f.Fuzz(func(t *testing.T, p []byte) {
		h, err := parseHeader(p)
		if err != nil {
			return
		}
		if again, err := parseHeader(h.append(nil)); err != nil || again != h || len(h.Name) > MaxHeaderName {
			t.Errorf("%+v, %+v, %v", h, again, err)
		}
		_ = h.String()
	})
}

func FuzzChunkHead(f *testing.F) {
	f.Add(uint32(chunkData<<24 | maxChunk))
	f.Add(uint32(1 << 31))
	f.Fuzz(func(t *testing.T, v uint32) {
		var b [chunkHead]byte
		binary.LittleEndian.PutUint32(b[:], v)
		kind, n, err := parseChunkHead(b)
		if err == nil && !bytes.Equal(appendChunkHead(nil, kind, n), b[:]) || n < 0 || n > maxChunk {
			t.Errorf("%x: %d, %d", v, kind, n)
		}
	})
}

// FuzzMessages reads messages, lines of the shell and markers.
func FuzzMessages(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00ab\x00\x00\x00\x80"))
	f.Add([]byte("motd\n" + bootMarker + " probe need Linux x86_64\n"))
	f.Add([]byte(bootMarker + " fail no room\n"))
	f.Add([]byte("\n\n" + peerMarker))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := allocates(func() {
			r := bytes.NewReader(b)
			for {
				if _, err := readMessage(r); err != nil {
					break
				}
			}
			i := installer{t: &transport{r: bufio.NewReader(bytes.NewReader(b))}}
			if answer, err := i.answer("probe"); err == nil {
				_, system, machine, err := parseProbe(answer)
				if err == nil && strings.ContainsAny(system+machine, "\n '\"$`") {
					t.Errorf("%q, %q", system, machine)
				}
			}
			_, _ = skipTo(bufio.NewReader(bytes.NewReader(b)), peerMarker)
		})
		if limit := uint64(20*len(b) + 1<<20); n > limit {
			t.Errorf("%d bytes allocated for %d", n, len(b))
		}
	})
}

// FuzzRecords reads records whose checksums are right, and some that are not.
func FuzzRecords(f *testing.F) {
	f.Add([]byte("some bytes that are records"), uint16(7), false)
	f.Add(claim(2<<30, make([]byte, 20)...), uint16(0), true)
	f.Fuzz(func(t *testing.T, b []byte, size uint16, raw bool) {
		var wire []byte
		if raw {
			wire = b
		} else {
			for part := range chunks(b, int(size)+1) {
				head := binary.LittleEndian.AppendUint32(nil, uint32(len(part)))
				head = binary.LittleEndian.AppendUint64(head, recordSum(head, part))
				wire = append(append(wire, head...), part...)
			}
		}
		r := recordReader{src: bytes.NewReader(wire)}
		var got []byte
		buf := make([]byte, 100)
		var err error
		for err == nil {
			var n int
			n, err = r.read(buf)
			got = append(got, buf[:n]...)
		}
		if !raw && (err != io.EOF || !bytes.Equal(got, b)) {
			t.Errorf("%q, %v", got, err)
		}
		if cap(r.buf) > 2*maxRecord {
			t.Errorf("%d bytes are kept", cap(r.buf))
		}
	})
}

func chunks(b []byte, size int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			n := min(size, len(b), maxRecord)
			if !yield(b[:n]) {
				return
			}
			b = b[n:]
		}
	}
}

// TestRandomSessions sends a driver, and a peer, random bytes where a session
// should be: they end with an error, and soon.
func TestRandomSessions(t *testing.T) {
	checkLeaks(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range 200 {
		// Frames of yamux, with fields that are right more often than not.
		var wire []byte
		for range 1 + random.IntN(20) {
			frame := make([]byte, muxHead)
			frame[1] = byte(random.IntN(5))
			binary.BigEndian.PutUint16(frame[2:], uint16(1<<random.IntN(6))>>1)
			binary.BigEndian.PutUint32(frame[4:], uint32(random.IntN(6)))
			n := random.IntN(40)
			if random.IntN(4) == 0 {
				n = 1 << random.IntN(32)
			}
			binary.BigEndian.PutUint32(frame[8:], uint32(n))
			for range min(n, 40) {
				frame = append(frame, byte(random.IntN(4)))
			}
			head := binary.LittleEndian.AppendUint32(nil, uint32(len(frame)))
			head = binary.LittleEndian.AppendUint64(head, recordSum(head, frame))
			wire = append(append(wire, head...), frame...)
		}
		a, b := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, a) }()
		tr := newTransport(b)
		begun := make(chan error, 1)
		go func() {
			l, err := newLink(t.Context(), tr, linkConfig{other: "fuzz", driver: i%2 == 0, window: minWindow, beat: time.Second, silence: 5 * time.Second, handlers: testService.Handlers})
			if err == nil {
				<-l.done
				err = l.cause()
				l.finish(err)
				l.waitHandlers()
			}
			begun <- err
		}()
		_, _ = a.Write(wire)
		_ = a.Close()
		select {
		case err := <-begun:
			if err == nil {
				t.Error("no error")
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("hangs after %x", wire)
		}
		_ = tr.Close()
		<-tr.gone
	}
}

func FuzzPass(f *testing.F) {
	a, err := newAuthority(time.Now())
	if err != nil {
		f.Fatal(err)
	}
	p, err := a.pass(7, "node7:7000")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parsePass(b)
		if err != nil {
			if !errors.Is(err, errProtocol) {
				t.Error(err)
			}
			return
		}
		if again, err := parsePass(p.append(nil)); err != nil || !bytes.Equal(again.append(nil), p.append(nil)) {
			t.Errorf("%+v: %v", p, err)
		}
		_, _ = p.config()
	})
}

func FuzzAddresses(f *testing.F) {
	f.Add(appendAddresses(nil, []string{"10.0.0.1:7000", "[fd00::1]:7000", "node7:1"}))
	f.Add(appendAddresses(nil, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		addresses, err := parseAddresses(b)
		if err != nil {
			if !errors.Is(err, errProtocol) {
				t.Error(err)
			}
			return
		}
		for _, a := range addresses {
			if host, port, err := net.SplitHostPort(a); err != nil || host == "" || port == "" || len(a) > maxAddress || strings.ContainsAny(a, "\n /") {
				t.Errorf("%q", a)
			}
		}
	})
}
