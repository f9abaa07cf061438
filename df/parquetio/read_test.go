package parquetio_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/df/parquetio"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
)

type city string

type place struct {
	Lat float64 `parquet:"lat"`
	Lon float64 `parquet:"lon"`
}

// Embedded has columns beside those of the struct that it is in.
type Embedded struct {
	Stop uint16 `parquet:"stop"`
}

// every has a field for each kind of columns.
type every struct {
	Flag   bool    `parquet:"flag"`
	Tiny   int8    `parquet:"tiny"`
	Short  int16   `parquet:"short,delta"`
	Word   int32   `parquet:"word,dict"`
	Long   int64   `parquet:"long,delta"`
	Int    int     `parquet:"int"`
	Bits   uint8   `parquet:"bits"`
	Count  uint32  `parquet:"count,dict"`
	Total  uint64  `parquet:"total"`
	Ratio  float32 `parquet:"ratio"`
	Price  float64 `parquet:"price,dict"`
	City   city    `parquet:"city,dict"`
	Note   string  `parquet:"note,delta"`
	Raw    []byte  `parquet:"raw"`
	Plain  string
	ID     [16]byte  `parquet:"id,uuid"`
	Code   [3]byte   `parquet:"code,dict"`
	Millis time.Time `parquet:"millis,timestamp(millisecond)"`
	Micros time.Time `parquet:"micros,timestamp(microsecond)"`
	Nanos  time.Time `parquet:"nanos,timestamp(nanosecond)"`
	At     place     `parquet:"at"`
	Embedded
	MaybeInt  *int64     `parquet:"maybe_int"`
	MaybeText *string    `parquet:"maybe_text,dict"`
	MaybeFlag *bool      `parquet:"maybe_flag"`
	MaybeF    *float64   `parquet:"maybe_f,dict"`
	MaybeTime *time.Time `parquet:"maybe_time"`
	OrZero    int32      `parquet:"or_zero,optional"`
	OrEmpty   string     `parquet:"or_empty,optional,dict"`
	Left      string     `parquet:"-"`
}

// rowsOf makes rows, of which some optional columns have runs of nulls, and some none for
// a while.
func rowsOf(n int) []every {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	text := func(kinds int) string {
		s := fmt.Sprintf("text %d", r.IntN(kinds))
		return s[:r.IntN(len(s)+1)]
	}
	rows := make([]every, n)
	for i := range rows {
		v := r.Int64() - r.Int64()
		rows[i] = every{
			Flag: r.IntN(3) == 0, Tiny: int8(v), Short: int16(v), Word: int32(v % 50), Long: v, Int: int(v) % 1000,
			Bits: uint8(v), Count: uint32(v) % 999, Total: uint64(v), Ratio: r.Float32(), Price: float64(r.IntN(99)) / 4,
			City: city(text(20)), Note: text(1 << 40), Raw: []byte(text(1000)), Plain: text(1e6),
			Millis: time.UnixMilli(v >> 22).UTC(), Micros: time.UnixMicro(v >> 12).UTC(), Nanos: time.Unix(0, v).UTC(),
			At:       place{r.Float64(), -r.Float64()},
			Embedded: Embedded{uint16(v)},
		}
		e := &rows[i]
		for j := range e.ID {
			e.ID[j] = byte(r.IntN(256))
		}
		e.Code = [3]byte{'a', 'b', byte('0' + r.IntN(10))}
		some := r.IntN(4) > 0
		if i/700%2 == 0 {
			some = true
		}
		if some {
			e.MaybeInt, e.MaybeText, e.MaybeF = new(r.Int64()), new(text(9)), new(float64(r.IntN(7)))
			e.MaybeTime = new(time.Unix(r.Int64N(1e9), 5).UTC())
			e.OrZero, e.OrEmpty = r.Int32(), text(8)
		}
		if r.IntN(2) == 0 {
			e.MaybeFlag = new(r.IntN(2) == 0)
		}
	}
	return rows
}

// forms are ways to write a file.
var forms = map[string][]parquet.WriterOption{
	"plain":                  nil,
	"snappy, 1000 a group":   {parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(1000)},
	"zstd, small pages":      {parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(1 << 10)},
	"gzip, version 1":        {parquet.Compression(&parquet.Gzip), parquet.DataPageVersion(1), parquet.MaxRowsPerRowGroup(777)},
	"version 1, small pages": {parquet.DataPageVersion(1), parquet.PageBufferSize(500)},
	"dictionaries outgrown":  {parquet.DictionaryMaxBytes(64), parquet.PageBufferSize(1 << 10)},
}

func TestRead(t *testing.T) {
	for form, options := range forms {
		for _, n := range []int{0, 1, 5000} {
			rows := rowsOf(n)
			path := written(t, "rows.parquet", rows, options...)
			stream := parquetio.Read[every](path)
			dftest.EachDeployment(fmt.Sprintf("%s, %d rows", form, n), func(what string, o df.Option) {
				dftest.Same(t, what, dftest.Collect(t, stream, o), rows)
			})
		}
	}
	dftest.NoneLeft(t)
}

// TestFiles reads several files, in the order of patterns and paths.
func TestFiles(t *testing.T) {
	rows := rowsOf(300)
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, part := range map[string][]every{"b.parquet": rows[:100], "c.parquet": nil, "d.parquet": rows[100:200], "a.parquet": rows[200:]} {
		if err := parquet.WriteFile(path(name), part); err != nil {
			t.Fatal(err)
		}
	}
	dftest.EachDeployment("files", func(what string, o df.Option) {
		dftest.Same(t, what, dftest.Collect(t, parquetio.Read[every](path("[bcd].parquet"), path("a.parquet")), o), rows)
	})
}

// some has three columns of every, in wider types and another order.
type some struct {
	Word int64 `parquet:"word"`
	At   struct {
		Lon float64 `parquet:"lon"`
	} `parquet:"at"`
	City  string `parquet:"city"`
	Extra int    `parquet:"-"`
}

// TestColumns damages all other columns, which are not looked at.
func TestColumns(t *testing.T) {
	rows := rowsOf(2000)
	path := written(t, "rows.parquet", rows, parquet.MaxRowsPerRowGroup(600), parquet.Compression(&parquet.Zstd))
	want := make([]some, len(rows))
	for i, r := range rows {
		want[i] = some{Word: int64(r.Word), City: string(r.City)}
		want[i].At.Lon = r.At.Lon
	}
	text := bytesOf(t, path)
	for _, c := range chunksOf(t, path) {
		if !slices.Contains([]string{"word", "at.lon", "city"}, c.path) {
			clear(text[c.from:c.to])
		}
	}
	path = fileOf(t, "damaged.parquet", text)
	dftest.EachWorkers("three columns", func(what string, o df.Option) {
		dftest.Same(t, what, dftest.Collect(t, parquetio.Read[some](path), o), want)
	})
}

// TestTimes reads times that are stored in other ways, and as they are stored.
func TestTimes(t *testing.T) {
	type stored struct {
		Day    int32            `parquet:"day,date"`
		Old    deprecated.Int96 `parquet:"old"`
		Micros int64            `parquet:"micros,timestamp(microsecond:local)"`
	}
	type times struct {
		Day    time.Time `parquet:"day"`
		Old    time.Time `parquet:"old"`
		Micros time.Time `parquet:"micros"`
	}
	type numbers struct {
		Day    int32 `parquet:"day"`
		Micros int64 `parquet:"micros"`
	}
	rows := []stored{
		{0, deprecated.Int96{0, 0, 2_440_588}, 0},
		{-1, deprecated.Int96{1_000, 0, 2_440_587}, -1},
		{20_000, deprecated.Int96{0x1000_0000, 0x4E94, 2_460_588}, 1_728_000_000_000_001},
	}
	path := written(t, "times.parquet", rows)
	dftest.EachWorkers("times", func(what string, o df.Option) {
		dftest.Same(t, what, dftest.Collect(t, parquetio.Read[times](path), o), []times{
			{time.Unix(0, 0).UTC(), time.Unix(0, 0).UTC(), time.Unix(0, 0).UTC()},
			{time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(1969, 12, 31, 0, 0, 0, 1_000, time.UTC), time.Unix(0, -1000).UTC()},
			{time.Date(2024, 10, 4, 0, 0, 0, 0, time.UTC), time.Unix(20_000*86400, 0x4E94_1000_0000).UTC(), time.Date(2024, 10, 4, 0, 0, 0, 1000, time.UTC)},
		})
		dftest.Same(t, what, dftest.Collect(t, parquetio.Read[numbers](path), o), []numbers{{0, 0}, {-1, -1}, {20_000, 1_728_000_000_000_001}})
	})
}

// TestLargeGroup has a row group that is cut into pieces, at rows where pages of columns do
// not begin.
func TestLargeGroup(t *testing.T) {
	type wide struct {
		N     int64   `parquet:"n"`
		Even  bool    `parquet:"even"`
		Third *int64  `parquet:"third"`
		Half  float64 `parquet:"half,dict"`
		Text  string  `parquet:"text"`
	}
	rows := make([]wide, 400_000)
	for i := range rows {
		rows[i] = wide{N: int64(i), Even: i%2 == 0, Half: float64(i%100) / 2, Text: fmt.Sprint("row ", i)}
		if i%3 == 0 {
			rows[i].Third = new(int64(i))
		}
	}
	path := written(t, "large.parquet", rows, parquet.Compression(&parquet.Snappy))
	dftest.EachWorkers("one large group", func(what string, o df.Option) {
		dftest.Same(t, what, dftest.Collect(t, parquetio.Read[wide](path), o), rows)
	})
}

// TestKept changes and keeps rows: those to come are not changed.
func TestKept(t *testing.T) {
	rows := rowsOf(3000)
	path := written(t, "rows.parquet", rows, parquet.PageBufferSize(1<<10), parquet.MaxRowsPerRowGroup(900))
	spoiled := df.Update(parquetio.Read[every](path), func(r *every) {
		for i := range r.Raw {
			r.Raw[i]++
		}
		*r = every{Note: r.Note, Raw: r.Raw, City: r.City, Left: "x"}
	})
	want := make([]every, len(rows))
	for i, r := range rows {
		raw := make([]byte, len(r.Raw))
		for j := range raw {
			raw[j] = r.Raw[j] + 1
		}
		want[i] = every{Note: r.Note, Raw: raw, City: r.City, Left: "x"}
	}
	dftest.EachWorkers("kept", func(what string, o df.Option) {
		dftest.Same(t, what, dftest.Collect(t, spoiled, o), want)
	})
}

func TestMisuse(t *testing.T) {
	dftest.MustPanic(t, "parquetio.Read (read_test.go:", func() { parquetio.Read[some]() })
	dftest.MustPanic(t, "no file is named", func() { parquetio.Read[some]() })
	dftest.MustPanic(t, "rows of type int: a struct is needed", func() { parquetio.Read[int]("x") })
	dftest.MustPanic(t, "no field is there for a column", func() { parquetio.Read[struct{}]("x") })
	dftest.MustPanic(t, "field M is of type map[string]int, which no column can be read into", func() { parquetio.Read[struct{ M map[string]int }]("x") })
	dftest.MustPanic(t, "field A.L is of type []int64", func() { parquetio.Read[struct{ A struct{ L []int64 } }]("x") })
	dftest.MustPanic(t, "field P is of type *parquetio_test.place", func() { parquetio.Read[struct{ P *place }]("x") })
	dftest.MustPanic(t, `fields A and B are both for column "x"`, func() {
		parquetio.Read[struct {
			A int `parquet:"x"`
			B int `parquet:"x"`
		}]("x")
	})
}
