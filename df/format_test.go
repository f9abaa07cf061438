package df_test

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anabranch.dev/df"
)

// eights is a format of files: eight bytes for each row, and 1000 rows for a piece.
var eights = df.Format[int64]{
	Op: "read numbers",
	Open: func(file io.ReaderAt, size int64) (df.Table[int64], error) {
		if size%8 != 0 {
			return nil, errors.New("a part of a number is left")
		}
		return eightsFile{file, size / 8}, nil
	},
}

type eightsFile struct {
	io.ReaderAt
	rows int64
}

const eightsPiece = 1000

func (f eightsFile) Pieces() (list []df.TablePiece) {
	for from := int64(0); from < f.rows; from += eightsPiece {
		n := min(f.rows-from, eightsPiece)
		list = append(list, df.TablePiece{Rows: n, Bytes: 8 * n})
	}
	return list
}

func (f eightsFile) Read(piece int, rows []int64, push func([]int64) error) error {
	b := make([]byte, 8*f.Pieces()[piece].Rows)
	if _, err := f.ReadAt(b, int64(piece)*8*eightsPiece); err != nil {
		return err
	}
	for len(b) > 0 {
		n := min(len(rows), len(b)/8)
		for i := range n {
			rows[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
		if err := push(rows[:n]); err != nil {
			return err
		}
		b = b[8*n:]
	}
	return nil
}

func TestFromFiles(t *testing.T) {
	rows := zipfRows(7, 5500)
	dir := t.TempDir()
	write := func(name string, rows []int64, more ...byte) {
		var b []byte
		for _, v := range rows {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
		if err := os.WriteFile(filepath.Join(dir, name), append(b, more...), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("a", rows[:2500])
	write("b", nil)
	write("c", rows[2500:])
	stream := df.FromFiles(eights, filepath.Join(dir, "[a-c]"))
	eachDeployment("numbers", func(what string, o df.Option) {
		same(t, what, collect(t, stream, o), rows)
	})
	write("d", rows[:1], 1)
	for path, want := range map[string]string{
		filepath.Join(dir, "d"):    "d: a part of a number is left",
		dir:                        "is a directory",
		filepath.Join(dir, "none"): "none",
		filepath.Join(dir, "no*"):  "no file matches",
		df.Stdin:                   "standard input: only a file can be read in pieces",
	} {
		_, err := df.Collect(t.Context(), df.FromFiles(eights, path))
		if err == nil || !strings.HasPrefix(err.Error(), "read numbers (format_test.go:") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	mustPanic(t, "df.FromFiles", func() { df.FromFiles(eights) })
	mustPanic(t, "nil function", func() { df.FromFiles(df.Format[int64]{}, "x") })
	noneLeft(t)
}
