package remote

import (
	"bytes"
	"fmt"
	"math"
	"time"
)

// protocolVersion changes with every change of what docs/protocol.md says.
const protocolVersion = 2

const (
	peerMarker   = "\nanabranch: here is a peer\n"
	driverMarker = "\nanabranch: here is the driver\n"
)

const (
	maxName = 1 << 10
	maxPlan = 32 << 10

	maxSlots = 1 << 16 // and cores
)

// A hello is the first message of a peer: what it is. Its fields behind the
// version are known only if that is ours.
type hello struct {
	version uint64
	program string // the SHA-256 of its executable, in hexadecimal
	plan    []byte
	os      string
	arch    string
	cores   int
	pid     int
	host    string
}

func (h hello) append(b []byte) []byte {
	b = appendUint(b, h.version)
	b = appendText(b, h.program)
	b = appendText(b, h.plan)
	b = appendText(b, h.os)
	b = appendText(b, h.arch)
	b = appendUint(b, uint64(h.cores))
	b = appendUint(b, uint64(h.pid))
	return appendText(b, h.host)
}

func parseHello(p []byte) (h hello, err error) {
	f := fields{rest: p}
	h.version = f.uint("version", math.MaxUint32)
	if f.err != nil || h.version != protocolVersion {
		return h, f.err
	}
	h.program = string(f.text("program", 64))
	h.plan = f.text("plan", maxPlan)
	h.os = string(f.text("system", 64))
	h.arch = string(f.text("architecture", 64))
	h.cores = int(f.uint("cores", maxSlots))
	h.pid = int(f.uint("process", math.MaxUint32))
	h.host = string(f.text("host name", maxName))
	if err := f.end(); err != nil {
		return hello{}, err
	}
	if h.cores < 1 {
		return hello{}, protocolError("the field cores is 0")
	}
	return h, nil
}

// differs says why a driver that wants a peer as in want refuses h, or "".
func (h hello) differs(want hello) string {
	switch {
	case h.version != want.version:
		return fmt.Sprintf("the peer speaks version %d of the protocol, and the driver version %d", h.version, want.version)
	case h.os != want.os || h.arch != want.arch:
		return fmt.Sprintf("the peer is built for %q/%q, and the driver sent a program for %s/%s", h.os, h.arch, want.os, want.arch)
	case h.program != want.program:
		return fmt.Sprintf("the peer runs another build of the program: %.12q, and not %.12q", h.program, want.program)
	case !bytes.Equal(h.plan, want.plan):
		return fmt.Sprintf("the peer has another plan: its fingerprint is %s, and not %s", fingerprint(h.plan), fingerprint(want.plan))
	}
	return ""
}

func fingerprint(p []byte) string {
	switch {
	case len(p) == 0:
		return "empty"
	case len(p) > 16:
		return fmt.Sprintf("%x...", p[:16])
	}
	return fmt.Sprintf("%x", p)
}

// A welcome is how a driver answers a hello: what the peer is to it, or why it
// is refused.
type welcome struct {
	version uint64
	refusal string // "" is none
	id      int
	name    string
	slots   int
	silence time.Duration // of the driver, after which the peer ends
	beat    time.Duration // between the signs of life of either side
	window  int           // bytes of a stream that may be on their way
}

func (w welcome) append(b []byte) []byte {
	b = appendUint(b, w.version)
	b = appendText(b, w.refusal)
	b = appendUint(b, uint64(w.id))
	b = appendText(b, w.name)
	b = appendUint(b, uint64(w.slots))
	b = appendUint(b, uint64(w.silence))
	b = appendUint(b, uint64(w.beat))
	return appendUint(b, uint64(w.window))
}

func parseWelcome(p []byte) (w welcome, err error) {
	f := fields{rest: p}
	w.version = f.uint("version", math.MaxUint32)
	if f.err == nil && w.version != protocolVersion {
		return w, fmt.Errorf("the driver speaks version %d of the protocol, and the peer version %d", w.version, protocolVersion)
	}
	w.refusal = string(f.text("refusal", maxText))
	w.id = int(f.uint("id", math.MaxInt32))
	w.name = string(f.text("name", maxName))
	w.slots = int(f.uint("slots", maxSlots))
	w.silence = time.Duration(f.uint("silence", uint64(maxSilence)))
	w.beat = time.Duration(f.uint("beat", uint64(maxSilence)))
	w.window = int(f.uint("window", maxWindow))
	if err := f.end(); err != nil {
		return welcome{}, err
	}
	if w.refusal == "" && (w.silence < minBeat || w.beat < minBeat || w.window < minWindow) {
		return welcome{}, protocolError("the driver asks for signs of life within %v, every %v, and windows of %d bytes", w.silence, w.beat, w.window)
	}
	return w, nil
}
