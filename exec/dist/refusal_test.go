package dist_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/exec/dist"
)

// otherPlan makes the plans of this process differ from the one that the driver has made.
var otherPlan atomic.Bool

type withChan struct{ C chan int }

var (
	counts = df.Func("counts", func(n int64) df.Stream[df.KV[int64, int64]] {
		rows := df.Range[int64](0, n)
		if otherPlan.Load() {
			rows = df.Filter(rows, func(int64) bool { return true })
		}
		return df.CountBy(rows, func(v int64) int64 { return v % 1000 })
	})
	interfaceKeys = df.Func("interface keys", func(n int64) df.Stream[df.KV[any, int64]] {
		return df.CountBy(df.Range[int64](0, n), func(v int64) any { return v })
	})
	chanRows = df.Func("rows without codec", func(n int64) df.Stream[withChan] {
		return df.Map(df.Range[int64](0, n), func(int64) withChan { return withChan{} })
	})
)

// refused fails the test when err does not have all parts.
func refused(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
}

func TestHonestPeer(t *testing.T) {
	n := &network{}
	n.peers = append(n.peers, n.honest(1), n.honest(2))
	rows, err := df.Collect(t.Context(), counts(100_000), df.On(n))
	if err != nil || len(rows) != 1000 || rows[7].Value != 100 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// TestNotPortable has streams that cannot run on a cluster, which is found before a peer
// is asked. The error names the line.
func TestNotPortable(t *testing.T) {
	asked := errors.New("a peer was asked")
	on := df.On(&network{peers: []func(context.Context, dist.Header, dist.Stream) error{
		func(context.Context, dist.Header, dist.Stream) error { return asked },
	}})
	ctx := t.Context()
	_, err := df.Collect(ctx, df.Range[int64](0, 10), on)
	refused(t, err, "range (refusal_test.go:", "not portable", "only what a df.Func has made can run on a cluster")
	_, more := df.Collect(ctx, df.Map(counts(10), func(kv df.KV[int64, int64]) int64 { return kv.Key }), on)
	refused(t, more, "map (refusal_test.go:", "only what a df.Func has made can run on a cluster")
	_, keys := df.Collect(ctx, interfaceKeys(10), on)
	refused(t, keys, "count by (refusal_test.go:", "not portable", "keys that hold interfaces")
	_, rows := df.Collect(ctx, chanRows(10), on)
	refused(t, rows, "map (refusal_test.go:", "not portable", "a chan has no value that can be written")
	for _, err := range []error{err, more, keys, rows} {
		if !errors.Is(err, df.ErrNotPortable) {
			t.Errorf("not ErrNotPortable: %v", err)
		}
	}
}

// TestOtherPlan has a peer that makes another plan of the same call: each call here makes
// a new one, as a process keeps the last plan that it has made.
func TestOtherPlan(t *testing.T) {
	n := &network{}
	n.peers = append(n.peers, func(ctx context.Context, h dist.Header, s dist.Stream) error {
		otherPlan.Store(true)
		defer otherPlan.Store(false)
		return n.honest(1)(ctx, h, s)
	})
	_, err := df.Collect(t.Context(), counts(12_345), df.On(n))
	refused(t, err, `the peer has made another plan of "counts": it depends on more than the argument of its df.Func`, "(on peer 1 (fake))")
}

// TestCorruptFrame has a byte of the rows changed on their way.
func TestCorruptFrame(t *testing.T) {
	n := &network{}
	n.peers = append(n.peers, func(ctx context.Context, h dist.Header, s dist.Stream) error {
		return n.honest(1)(ctx, h, &garbling{Stream: s})
	})
	_, err := df.Collect(t.Context(), counts(100_000), df.On(n))
	refused(t, err, "count by (refusal_test.go:", "block is corrupt: checksum differs")
	if !errors.Is(err, df.ErrCorrupt) {
		t.Error(err)
	}
}

// garbling changes the last byte of each write that is long enough for rows.
type garbling struct{ dist.Stream }

func (g *garbling) Write(p []byte) (int, error) {
	if len(p) < 500 {
		return g.Stream.Write(p)
	}
	q := append([]byte(nil), p...)
	q[len(q)-1] ^= 1
	return g.Stream.Write(q)
}

// say is a message of a peer, with a length that it claims.
func say(kind byte, claims uint64, payload ...byte) []byte {
	return append(binary.AppendUvarint([]byte{kind}, claims), payload...)
}

// TestWrongMessages has a peer that answers something else.
func TestWrongMessages(t *testing.T) {
	for wanted, answer := range map[string][]byte{
		"it claims 2147483648 bytes, over":           say('p', 2<<30),
		"it claims 18446744073709551615 bytes, over": say('e', 1<<64-1),
		"of kind 120":                                            say('x', 0),
		"unexpected EOF":                                         say('p', 1<<20, 1, 2, 3),
		"a parcel is cut off":                                    say('p', 3, 1, 2, 3),
		"a parcel for partition 0 of edge 77":                    say('p', 6, 77, 0, 0, 0, 0, 0),
		"a parcel for partition 99 of edge 0":                    say('p', 6, 0, 99, 0, 0, 0, 0),
		"a parcel for edge 0 and partition 0, with 0 rows and 9": say('p', 6, 0, 0, 0, 0, 9, 0),
		"malformed bytes":                                        say('e', 3, 255, 255, 255),
		"2 bytes are left":                                       say('e', 3, 0, 0, 0),
	} {
		n := &network{}
		n.peers = append(n.peers, func(_ context.Context, _ dist.Header, s dist.Stream) error {
			if _, err := io.Copy(io.Discard, s); err != nil {
				return err
			}
			_, err := s.Write(answer)
			return err
		})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := df.Collect(t.Context(), counts(100), df.On(n))
		runtime.ReadMemStats(&after)
		refused(t, err, "range (refusal_test.go:", "task 1 of its stage was lost 4 times, the last time:", wanted)
		if n := after.TotalAlloc - before.TotalAlloc; n > 200<<20 {
			t.Errorf("%s: %d bytes were allocated", wanted, n)
		}
	}
}

// TestWrongTasks has a driver that sends what is no task.
func TestWrongTasks(t *testing.T) {
	for wanted, message := range map[string][]byte{
		"it claims 2147483648 bytes, over": binary.AppendUvarint(nil, 2<<30),
		"malformed bytes":                  {3, 255, 255, 255},
		"unexpected EOF":                   {100, 1, 2, 3},
	} {
		near, far := pipe(t.Context(), nil)
		go func() {
			_, _ = near.Write(message) // the peer may have heard enough
			_ = near.CloseWrite()
		}()
		err := dist.Serve(t.Context(), dist.Header{}, far, dist.Links{})
		far.end(err)
		near.stop()
		refused(t, err, wanted)
	}
}

// allLines are leased before a task begins.
var allLines = df.Func("all lines", func(path string) df.Stream[string] { return df.Lines(path) })

// TestForeignFiles has a peer that asks for a file which the plan does not read, and for
// more of one than is read at a time.
func TestForeignFiles(t *testing.T) {
	dir := t.TempDir()
	mine, other := filepath.Join(dir, "mine"), filepath.Join(dir, "other")
	for _, path := range []string{mine, other} {
		if err := os.WriteFile(path, []byte("a line\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(path string, asks ...uint64) error {
		n := &network{}
		n.peers = append(n.peers, func(ctx context.Context, h dist.Header, task dist.Stream) error {
			if _, err := io.Copy(io.Discard, task); err != nil {
				return err
			}
			s, err := n.open(ctx, 1, dist.Header{Kind: dist.FileStream, ID: h.ID, Name: path})
			if err != nil {
				return err
			}
			defer s.Close()
			n.tasks.Go(func() { // the driver talks first
				for _, v := range asks {
					_, _ = s.Write(binary.LittleEndian.AppendUint64(nil, v)) // what is read says why not
				}
			})
			_, err = io.Copy(io.Discard, s)
			return err
		})
		_, err := df.Collect(t.Context(), allLines(mine), df.On(n))
		return err
	}
	refused(t, ask(other), "other\" is no file of the input")
	refused(t, ask(mine, 0, 2<<30), "2147483648 bytes at 0 are asked for")
	refused(t, ask(mine, 1<<63, 10), "10 bytes at -9223372036854775808 are asked for")
}
