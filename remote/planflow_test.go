package remote_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

// bigRow is a row that no window has room for.
const bigRow = 1 << 20

// A plan with four edges, two of them into one operator, and rows that are larger than the
// windows of streams.
var bigRows = df.Func("big rows", func(n int64) df.Stream[string] {
	long := func(v int64) string { return fmt.Sprintf("%06d", v) + strings.Repeat("x", bigRow) }
	rows := df.Map(df.Range[int64](0, n), long)
	keys := df.Map(df.Range[int64](0, 2*n), func(v int64) string { return fmt.Sprintf("%06d", v) })
	joined := df.Join(rows, keys, func(row string) string { return row[:6] }, df.Self[string], func(row, _ string) string { return row })
	return df.Map(df.SortBy(joined, df.Self), df.Self)
})

// TestSmallWindows runs it with the smallest windows, for a program that takes its time, or
// does not want all rows: no stream waits for another one.
func TestSmallWindows(t *testing.T) {
	remote.CheckLeaks(t)
	c, err := remote.Dialer{Window: 1, AtLeast: 2, Silence: 20 * time.Second}.Dial(t.Context(), remotetest.Hosts(2, remote.Service{Hostname: "elsewhere"})...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	n := 60
	if testing.Short() {
		n = 15
	}
	for _, wanted := range []int{n, 3, 0} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		got := 0
		for row, err := range df.All(ctx, bigRows(int64(n)), df.On(c), df.Memory(1)) {
			if err != nil {
				t.Fatalf("after %d of %d rows: %v", got, wanted, err)
			}
			if got == wanted {
				break
			}
			if len(row) != bigRow+6 || row[:6] != fmt.Sprintf("%06d", got) {
				t.Fatalf("row %d is %q..., %d bytes", got, row[:6], len(row))
			}
			got++
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
		if got != wanted {
			t.Errorf("%d rows, not %d", got, wanted)
		}
	}
}
