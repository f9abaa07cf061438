package df_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/internal/dftest"
	dftext "anabranch.dev/df/text"
	"anabranch.dev/exec"
	"anabranch.dev/internal/vfs"
	"github.com/klauspost/compress/zstd"
)

// failing has all files of a run fail in one way, each run anew.
func failing(fault vfs.Fault) df.Option {
	fault.Always = true
	return func(c *exec.Config) { c.FS = vfs.NewFaulty(vfs.OS, fault) }
}

// little is the least memory for two workers.
func little() df.Option { return df.Memory(exec.Floor(2)) }

// A boxed row cannot go to disk.
type boxed struct{ V any }

func boxOf(v int64) boxed   { return boxed{v} }
func unboxed(b boxed) int64 { return b.V.(int64) }

// A ring contains itself, or does not.
type ring struct {
	N    int64
	Next *ring
}

func ringOf(v int64) *ring {
	r := &ring{N: v}
	r.Next = r
	return r
}

// A sealed row does not let itself be written.
type sealed struct{ n int64 }

func (sealed) MarshalBinary() ([]byte, error)  { return nil, errBoom }
func (*sealed) UnmarshalBinary(b []byte) error { return nil }

// ended runs a plan in a context that is over, or soon will be.
func ended(name string, end func(context.Context) (context.Context, context.CancelFunc)) failure {
	return failure{name, 0, func(ctx context.Context, opts ...df.Option) error {
		ctx, cancel := end(ctx)
		defer cancel()
		endlessly := df.FromSeq(func(yield func(int64) bool) {
			for yield(0) {
			}
		})
		return df.Run(ctx, endlessly, opts...)
	}}
}

// packed are compressed files, whole, cut off and not what they are named.
func packed(t *testing.T) map[string]string {
	t.Helper()
	var gz, long, zst bytes.Buffer
	z, _ := zstd.NewWriter(&zst)
	for _, w := range []interface {
		Write([]byte) (int, error)
		Close() error
	}{gzip.NewWriter(&gz), z} {
		if _, err := w.Write([]byte(dftest.Joined(dftest.NaiveLines(dftest.RandomText(2, 100<<10, 30))))); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
	}
	l := gzip.NewWriter(&long)
	if _, err := l.Write(bytes.Repeat([]byte("x"), df.MaxLine+1<<20)); err != nil || l.Close() != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(gz.Bytes())
	damaged[len(damaged)-6] ^= 1
	return map[string]string{
		"cut.gz": gz.String()[:gz.Len()/2], "cut.zst": zst.String()[:zst.Len()/2], "damaged.gz": string(damaged),
		"text.gz": "no such thing\n", "text.zst": "no such thing\n", "long.gz": long.String(),
	}
}

func rowsTwice() failure {
	twice := func(s df.Stream[int64]) df.Output {
		return df.Zip(s, df.Mean(s), func(int64, float64) int64 { return 0 })
	}
	return fails("memory, of rows used twice", twice(df.Range[int64](0, 6_000_000).Named("numbers")), little(), df.Workers(2))
}

func viewsTwice() failure {
	length := func(v df.View) int64 { return int64(len(v)) }
	twice := func(v df.Stream[df.View]) df.Output {
		return df.Zip(df.Map(v, length), df.Mean(df.Map(v, length)), func(int64, float64) int64 { return 0 })
	}
	return fails("Views that are used twice", twice(df.LineViews("in.txt")))
}

// furtherFailures are those of the machine, of memory, and of rows.
func furtherFailures(t *testing.T) []failure {
	t.Helper()
	for name, data := range packed(t) {
		if err := os.WriteFile(name, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	in := df.Lines("in.txt")
	many := df.Range[int64](0, 2_000_000)
	at := func(int64) time.Time { return time.Time{} }
	one := []df.Option{df.Workers(1), df.Memory(exec.Floor(1))}
	count := agg.CountDistinct(df.Self[int64])
	return []failure{
		fails("Lines, gzip cut off", df.Lines("cut.gz")),
		fails("Lines, gzip damaged", df.Lines("damaged.gz")),
		fails("Lines, text named .gz", df.Lines("text.gz")),
		fails("Lines, zstd cut off", df.Lines("cut.zst")),
		fails("Lines, text named .zst", df.Lines("text.zst")),
		fails("Lines, a line too long", df.Lines("long.gz")),
		fails("WriteLines, no permission", df.WriteLines(in, "out"), failing(vfs.Fault{Op: vfs.OpOpen, Err: fs.ErrPermission})),
		fails("WriteLines, full disk", df.WriteLines(in, "out"), failing(vfs.Fault{Op: vfs.OpWrite, Kind: vfs.NoSpace})),
		fails("WriteLines, no new name", df.WriteLines(in, "out"), failing(vfs.Fault{Op: vfs.OpRename, Err: fs.ErrPermission})),
		fails("WriteLines, parts twice", df.Outputs(df.WriteLines(in, "p-%d").Named("one"), df.WriteLines(in, "p-%d").Named("two")), df.Workers(1)),
		fails("Save, full disk", df.Save(in, "out"), failing(vfs.Fault{Op: vfs.OpWrite, Kind: vfs.NoSpace})),
		fails("file for a directory for temporary files", df.Count(in), df.TempDir("in.txt")),
		fails("temporary files, full disk", df.SortBy(wide(), wideKey), append(one, failing(vfs.Fault{Op: vfs.OpWriteAt, Kind: vfs.NoSpace}))...),
		fails("temporary files, limit of Disk", df.SortBy(wide(), wideKey).Named("wide"), append(one, df.Disk(1<<20))...),
		fails("temporary files, no permission", df.SortBy(wide(), wideKey), append(one, failing(vfs.Fault{Op: vfs.OpOpen, Err: fs.ErrPermission}))...),
		fails("temporary files, damaged", df.SortBy(wide(), wideKey), append(one, failing(vfs.Fault{Op: vfs.OpReadAt, Kind: vfs.BitFlip, Bit: 1 << 12}))...),

		fails("memory, of an aggregate", df.Aggregate(many, count), little(), df.Workers(2)),
		fails("memory, of the aggregate of a key", df.AggregateBy(many, func(int64) int64 { return 7 }, count), little(), df.Workers(2)),
		fails("memory, of a join", df.Join(many, df.Map(many, boxOf), df.Self, unboxed, func(l int64, _ boxed) int64 { return l }), little(), df.Workers(2)),
		fails("memory, of Zip", df.Zip(many, many, func(a, b int64) int64 { return a + b }), little(), df.Workers(2)),
		rowsTwice(),

		viewsTwice(),
		fails("a row in a circle", df.SortBy(df.Map(df.Range[int64](0, 9), ringOf), func(r *ring) int64 { return r.N })),
		fails("a row that cannot be written", df.SortBy(df.Map(df.Range[int64](0, 9), func(v int64) sealed { return sealed{v} }), func(s sealed) int64 { return s.n })),
		fails("a key that cannot be compared", df.CountBy(in, func(string) any { return []int{1} })),
		fails("a window of the zero time", df.WindowBy(df.Range[int64](0, 9), df.Self, at, df.Tumbling(time.Hour), agg.Count[int64])),
		fails("a number with too many places", df.MapErr(df.FromSlice([]string{"1.234"}), func(s string) (int64, error) { return dftext.Decimal(s, 2) })),
		fails("a panic", df.Inspect(in, func(string) { dftest.Boom() }).Named("look")),

		ended("cancelled before it began", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}),
		ended("cancelled for a reason", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			stop := time.AfterFunc(10*time.Millisecond, func() { cancel(errors.New("the server stops")) })
			return ctx, func() { stop.Stop(); cancel(nil) }
		}),
		ended("out of time", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 10*time.Millisecond)
		}),
	}
}

// TestPermission: as root, everything may be read.
func TestPermission(t *testing.T) {
	path := textFile(t, "secret", []byte("x\n"))
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if file, err := os.Open(path); err == nil {
		file.Close()
		t.Skip("the file can be read in spite of its mode")
	}
	err := df.Run(context.Background(), df.Lines(path))
	if !errors.Is(err, fs.ErrPermission) || !strings.HasSuffix(err.Error(), "open "+path+": permission denied") {
		t.Errorf("error %v", err)
	}
}
