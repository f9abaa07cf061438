package parquetio_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/df/parquetio"
	"anabranch.dev/internal/glob"
	"github.com/parquet-go/parquet-go"
)

type stored struct {
	N     int64    `parquet:"n"`
	Small *int32   `parquet:"small"`
	Text  string   `parquet:"text"`
	At    place    `parquet:"at"`
	Tags  []string `parquet:"tags,list"`
	Cents int64    `parquet:"cents,decimal(2:10)"`
	Big   uint32   `parquet:"big"`
	ID    [16]byte `parquet:"id,uuid"`
}

func storedFile(t *testing.T) string {
	var rows []stored
	for i := range 50 {
		rows = append(rows, stored{N: int64(i), Text: fmt.Sprint(i)})
		if i != 41 && i != 47 {
			rows[i].Small = new(int32(i))
		}
	}
	return written(t, "stored.parquet", rows, parquet.MaxRowsPerRowGroup(20))
}

// failure is the text of the error of a run, without the folder of the test.
func failure[T any](t *testing.T, path string, o df.Option) string {
	t.Helper()
	_, err := df.Collect(context.Background(), parquetio.Read[T](path).Named("in"), o)
	if err == nil {
		return "none"
	}
	if e, ok := errors.AsType[*df.Error](err); !ok || e.Site.File == "" || e.Label != "in" {
		t.Errorf("%v is not the error of an operator", err)
	}
	text := strings.ReplaceAll(err.Error(), filepath.Dir(path)+string(filepath.Separator), "")
	_, text, _ = strings.Cut(text, "): ")
	text, _, _ = strings.Cut(text, " (on peer ")
	return text
}

type none struct {
	N    int64 `parquet:"n"`
	Nope int64 `parquet:"nope"`
}

type nested struct {
	At struct {
		Height float64 `parquet:"height"`
	} `parquet:"at"`
}

// one has one field, for column C.
func one[V any](t *testing.T, column, path string, o df.Option) string {
	t.Helper()
	switch column {
	case "n":
		return failure[struct {
			C V `parquet:"n"`
		}](t, path, o)
	case "small":
		return failure[struct {
			C V `parquet:"small"`
		}](t, path, o)
	case "text":
		return failure[struct {
			C V `parquet:"text"`
		}](t, path, o)
	case "at":
		return failure[struct {
			C V `parquet:"at"`
		}](t, path, o)
	case "cents":
		return failure[struct {
			C V `parquet:"cents"`
		}](t, path, o)
	}
	panic(column)
}

func TestErrors(t *testing.T) {
	path := storedFile(t)
	dftest.EachDeployment("errors", func(what string, o df.Option) {
		check := func(got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s:\n got %s\nwant %s", what, got, want)
			}
		}
		check(failure[none](t, path, o), `stored.parquet: there is no column "nope" for field Nope: the file has n, small, text, at, tags, cents, big, id`)
		check(failure[nested](t, path, o), `stored.parquet: there is no column "at.height" for field At.Height: "at" has lat, lon`)
		check(failure[struct {
			Tags string `parquet:"tags"`
		}](t, path, o), `stored.parquet: column "tags" is a group of list, and field Tags is of type string`)
		check(one[int32](t, "n", path, o), `stored.parquet: column "n" is INT(64,true), which field C of type int32 does not fit`)
		check(one[uint64](t, "n", path, o), `stored.parquet: column "n" is INT(64,true), which field C of type uint64 does not fit`)
		check(one[*string](t, "n", path, o), `stored.parquet: column "n" is INT(64,true), which field C of type string does not fit`)
		check(one[int64](t, "text", path, o), `stored.parquet: column "text" is STRING, which field C of type int64 does not fit`)
		check(one[int64](t, "cents", path, o), `stored.parquet: column "cents" is DECIMAL(10,2), which field C of type int64 does not fit`)
		check(one[string](t, "at", path, o), `stored.parquet: column "at" is a group of lat, lon, and field C is of type string`)
		check(failure[struct {
			ID [15]byte `parquet:"id"`
		}](t, path, o), `stored.parquet: column "id" is UUID, which field ID of type [15]uint8 does not fit`)
		check(failure[struct {
			Big uint16 `parquet:"big"`
		}](t, path, o), `stored.parquet: column "big" is INT(32,false), which field Big of type uint16 does not fit`)
		check(one[int32](t, "small", path, o), `stored.parquet, rows 41 to 50: column "small" for field C, row 42: it is null, and the field takes none: `+
			`make it a pointer, or say "optional" in its tag to have the zero value`)
		check(one[*int32](t, "small", path, o), `none`)
	})
	dftest.NoneLeft(t)
}

func TestLZ4(t *testing.T) {
	path := written(t, "lz4.parquet", []place{{1, 2}}, parquet.Compression(&parquet.Lz4Raw))
	got := failure[place](t, path, df.Workers(2))
	if want := `lz4.parquet: column "lat" is compressed by LZ4_RAW, which cannot be read`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestNoParquetFile(t *testing.T) {
	good := bytesOf(t, storedFile(t))
	read := func(path string) (string, error) {
		_, err := df.Collect(context.Background(), parquetio.Read[struct {
			N int64 `parquet:"n"`
		}](path))
		if err == nil {
			return "none", nil
		}
		return strings.ReplaceAll(err.Error(), filepath.Dir(path)+string(filepath.Separator), ""), err
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder.parquet"), 0o777); err != nil {
		t.Fatal(err)
	}
	huge := append(append([]byte{}, good[:len(good)-8]...), 0xff, 0xff, 0xff, 0xff, 'P', 'A', 'R', '1')
	for _, test := range []struct {
		path string
		is   error
		want string
	}{
		{fileOf(t, "x", nil), df.ErrCorrupt, "x: corrupt: the file is empty, which no Parquet file is"},
		{fileOf(t, "x", []byte("PAR1")), df.ErrCorrupt, "x: corrupt: the file has 4 bytes, which is too short for a Parquet file"},
		{fileOf(t, "x", []byte("a,b,c\n1,2,3\n")), df.ErrCorrupt, `x: corrupt: the file ends in "2,3\n" and not in "PAR1": it is cut off, or no Parquet file`},
		{fileOf(t, "x", good[:len(good)-1]), df.ErrCorrupt, "it is cut off"},
		{fileOf(t, "x", huge), df.ErrCorrupt, "the footer is said to have 4294967295 bytes"},
		{fileOf(t, "x", append([]byte("none"), good[4:]...)), df.ErrCorrupt, "invalid magic header"},
		{filepath.Join(dir, "folder.parquet"), nil, "is a directory"},
		{filepath.Join(dir, "missing.parquet"), fs.ErrNotExist, "missing.parquet"},
		{filepath.Join(dir, "*.missing"), glob.ErrNoMatch, "*.missing"},
		{"-", nil, "standard input: only a file can be read in pieces"},
	} {
		text, err := read(test.path)
		if !strings.Contains(text, test.want) || !strings.HasPrefix(text, "read parquet (errors_test.go:") {
			t.Errorf("%s\nwant %s", text, test.want)
		}
		if test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%s is not %v", text, test.is)
		}
	}
	dftest.NoneLeft(t)
}
