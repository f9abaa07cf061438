package columns

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
	"github.com/parquet-go/parquet-go"
)

// TestH2O holds the rows of the file against the text.
func TestH2O(t *testing.T) {
	for _, rows := range []int64{0, 1, 25_000} {
		k := H2O{H2O: data.H2O{Rows: rows, Groups: 20, Seed: 3}}
		var text strings.Builder
		if _, err := k.H2O.WriteTo(&text); err != nil {
			t.Fatal(err)
		}
		var file, again bytes.Buffer
		n, err := k.WriteTo(&file)
		if err != nil || n != int64(file.Len()) {
			t.Fatalf("%d bytes of %d: %v", n, file.Len(), err)
		}
		if _, err := k.WriteTo(&again); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
			t.Errorf("the second file differs: %v", err)
		}
		got, err := parquet.Read[H2ORow](bytes.NewReader(file.Bytes()), n)
		if err != nil {
			t.Fatal(err)
		}
		back := data.H2OHeader + "\n"
		for _, r := range got {
			back += fmt.Sprintf("%s,%s,%s,%d,%d,%d,%d,%d,%.6f\n", r.ID1, r.ID2, r.ID3, r.ID4, r.ID5, r.ID6, r.V1, r.V2, r.V3)
		}
		if back != text.String() {
			t.Errorf("%d rows: the file differs from the text", rows)
		}
	}
	if a, b := (H2O{H2O: data.H2O{Rows: 8e6}}).Name(), "h2o-r8000000-k100-s0-g1000000.parquet"; a != b {
		t.Errorf("%s, want %s", a, b)
	}
}
