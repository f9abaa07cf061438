package dist

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"anabranch.dev/exec"
	"anabranch.dev/internal/frame"
	"anabranch.dev/spill"
)

// A taskMessage is what the driver tells a peer of a task, as the first message of its
// stream.
type taskMessage struct {
	Task  uint64 // its number in the run, for the streams of its input
	Calls []callMessage
	Plan  uint64 // the fingerprint
	Stage int
	Parts []int // by edge that leaves the stage: how many partitions

	Leases [][]byte  // of a source
	Places []uint64  // of these
	Pull   bool      // there are more, to be asked for
	Within [2][]byte // of a sort
	First  uint64    // what is added to the numbers of morsels

	Depot     depotMessage // for what it sends; it is one with a path, with addresses, or none
	Compress  bool
	Workers   int
	Memory    int64
	Disk      int64
	Share     int // 0: Memory is in bytes; or how many processes of the machine share the default
	NoMetrics bool
}

type callMessage struct {
	Name string
	Arg  []byte
}

// The messages of a peer about its task.
const (
	sayParcel byte = 'p'
	sayPlaced byte = 'd' // a parcel whose block is in the depot of the peer
	sayCounts byte = 'c'
	sayEnd    byte = 'e'
)

// An endMessage is the last message of a task.
type endMessage struct{ Err *errorMessage }

const (
	// maxTask bounds what a task is described with.
	maxTask = 1 << 30
	// maxParcel bounds a message of a peer.
	maxParcel = frame.MaxRaw + frame.HeaderBytes + 1<<20
	// claimed is how much memory is taken for a length that was only claimed.
	claimed = 1 << 20
)

var errMessage = errors.New("not a message of this program")

// encoded and decodedAs are values as bytes. The codecs of this package's types can be
// derived.
func encoded[T any](v T) []byte {
	c, err := spill.CodecFor[T]()
	if err != nil {
		panic(err)
	}
	return c.Append(nil, v)
}

func decodedAs[T any](b []byte) (v T, err error) {
	c, err := spill.CodecFor[T]()
	if err != nil {
		return v, err
	}
	v, n, err := c.Decode(b)
	if err == nil && n < len(b) {
		err = fmt.Errorf("%w: %d bytes are left", errMessage, len(b)-n)
	}
	return v, err
}

// readSized reads bytes behind their length.
func readSized(r *bufio.Reader, limit uint64) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	if n > limit {
		return nil, fmt.Errorf("%w: it claims %d bytes, over %d", errMessage, n, limit)
	}
	return readBytes(r, n)
}

// readBytes reads so many bytes.
func readBytes(r io.Reader, n uint64) ([]byte, error) {
	if n <= claimed {
		b := make([]byte, n)
		_, err := io.ReadFull(r, b)
		return b, whole(err)
	}
	var b bytes.Buffer
	if _, err := io.CopyN(&b, r, int64(n)); err != nil {
		return nil, whole(err)
	}
	return b.Bytes(), nil
}

// whole is the error of an end where more should have come.
func whole(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func appendSized(b, p []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(p))), p...)
}

// A parcelMessage is a parcel on an edge.
type parcelMessage struct {
	edge int
	exec.Parcel
}

// appendHead appends all of a parcel but the block, as a message of that kind.
func (p *parcelMessage) appendHead(b []byte, kind byte) []byte {
	head := make([]byte, 0, 64+len(p.First))
	for _, v := range []uint64{uint64(p.edge), uint64(p.To), p.Seq, uint64(p.Rows)} {
		head = binary.AppendUvarint(head, v)
	}
	head = appendSized(head, p.First)
	b = append(b, kind)
	b = binary.AppendUvarint(b, uint64(len(head)+len(p.Block)))
	return append(b, head...)
}

func parseParcel(b []byte) (p parcelMessage, err error) {
	r := bytes.NewReader(b)
	var n [5]uint64
	for i := range n {
		if n[i], err = binary.ReadUvarint(r); err != nil {
			return p, fmt.Errorf("%w: a parcel is cut off", errMessage)
		}
	}
	rest := b[len(b)-r.Len():]
	const most = 1 << 31
	if n[0] >= most || n[1] >= most || n[3] >= most || n[4] > uint64(len(rest)) {
		return p, fmt.Errorf("%w: a parcel for edge %d and partition %d, with %d rows and %d bytes of a first one", errMessage, n[0], n[1], n[3], n[4])
	}
	p = parcelMessage{int(n[0]), exec.Parcel{To: int(n[1]), Seq: n[2], Rows: int(n[3]), First: rest[:n[4]:n[4]], Block: rest[n[4]:]}}
	return p, nil
}
