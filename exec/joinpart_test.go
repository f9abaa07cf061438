package exec

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"anabranch.dev/internal/plan"
)

type joinRow struct{ key, id int64 }

type joinOfRows = JoinOf[joinRow, joinRow, int64, string]

// partJoins are the joins that go to disk in partitions.
var partJoins = map[string]joinOfRows{
	"join":      {Match: joinPair},
	"left join": {Match: joinPair, LeftOnly: joinLone},
	"semi join": {Match: func(l, _ joinRow) string { return joinLone(l) }, Once: true},
	"anti join": {LeftOnly: joinLone},
}

func joinKey(r joinRow) int64      { return r.key }
func joinLone(l joinRow) string    { return fmt.Sprint(l.id) }
func joinPair(l, r joinRow) string { return fmt.Sprint(l.id, " ", r.id) }
func joinRowsOf(n int, key func(i int) int64) []joinRow {
	rows := make([]joinRow, n)
	for i := range rows {
		rows[i] = joinRow{key(i), int64(i)}
	}
	return rows
}

// onDisk runs a join whose right side is taken to be too large, with so many bytes of
// memory for a partition, and reports whether some rows were merged.
func onDisk(of joinOfRows, left, right []joinRow, workers int, most int64) (got []string, merged bool, err error) {
	of.LeftKey, of.RightKey = joinKey, joinKey
	var j *join[joinRow, joinRow, int64, string]
	body := func(r *Run) (any, error) {
		stage, err := Join(of)(r)
		if err == nil {
			j = stage.(*join[joinRow, joinRow, int64, string])
			j.mu.merges, j.parts.most = true, most
		}
		return stage, err
	}
	source := func(rows []joinRow) *plan.Node {
		return &plan.Node{Op: "from slice", Body: FromSlice(rows), Rows: RowsOf[joinRow]()}
	}
	joined := &plan.Node{Op: "join", Inputs: []*plan.Node{source(left), source(right)}, Body: Body(body), Rows: RowsOf[string]()}
	sink := &plan.Node{Op: "collect", Inputs: []*plan.Node{joined}, Body: Collect(&got)}
	err = Execute(context.Background(), Config{Workers: workers, Memory: 64 << 20}, sink)
	return got, j.merge.mu.sorter != nil, err
}

// TestPartJoin deals partitions again that are too large, and merges those that do not
// get smaller.
func TestPartJoin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const rows = 4000
	random := func(keys int64) func(int) int64 { return func(int) int64 { return r.Int64N(keys) } }
	shapes := map[string]struct {
		left, right []joinRow
		merged      bool // with little memory
	}{
		"uniform":     {joinRowsOf(rows, random(rows)), joinRowsOf(rows, random(rows)), false},
		"left empty":  {nil, joinRowsOf(rows, random(rows)), false},
		"right few":   {joinRowsOf(rows, random(rows)), joinRowsOf(3, random(rows)), false},
		"right empty": {joinRowsOf(rows, random(rows)), nil, false},
		"hot key":     {joinRowsOf(60, func(i int) int64 { return int64(i % 30) }), joinRowsOf(rows, func(i int) int64 { return int64(i % 2 * i) }), true},
	}
	for name, of := range partJoins {
		for shape, rows := range shapes {
			var want []string
			byKey := map[int64][]joinRow{}
			for _, r := range rows.right {
				byKey[r.key] = append(byKey[r.key], r)
			}
			for _, l := range rows.left {
				rs := byKey[l.key]
				if len(rs) == 0 && of.LeftOnly != nil {
					want = append(want, of.LeftOnly(l))
				}
				if of.Once && len(rs) > 1 {
					rs = rs[:1]
				}
				for _, r := range rs {
					if of.Match != nil {
						want = append(want, of.Match(l, r))
					}
				}
			}
			slices.Sort(want)
			for _, workers := range []int{1, 2, 7} {
				for _, most := range []int64{400, 8 << 10, 1 << 20} {
					what := fmt.Sprintf("%s, %s, %d workers, %d bytes", name, shape, workers, most)
					got, merged, err := onDisk(of, rows.left, rows.right, workers, most)
					slices.Sort(got)
					if err != nil || !slices.Equal(got, want) {
						t.Errorf("%s: %d rows, want %d: %v", what, len(got), len(want), err)
					}
					if wanted := rows.merged && most < 1<<20; merged != wanted && most > 400 { // which few rows of a key exceed
						t.Errorf("%s: merged: %v", what, merged)
					}
				}
			}
		}
	}
}

// TestPartJoinUnique fails for right rows of equal key, whether there are left rows or
// not, and wherever they meet.
func TestPartJoinUnique(t *testing.T) {
	different := joinRowsOf(3000, func(i int) int64 { return int64(i) })
	twice := append(slices.Clone(different), joinRow{key: 77})
	many := append(slices.Clone(different), joinRowsOf(3000, func(int) int64 { return 77 })...)
	of := joinOfRows{Match: joinPair, Unique: true}
	for _, most := range []int64{400, 8 << 10, 1 << 20} {
		if got, _, err := onDisk(of, different, different, 2, most); err != nil || len(got) != len(different) {
			t.Errorf("%d bytes: %d rows: %v", most, len(got), err)
		}
		for _, right := range [][]joinRow{twice, many} {
			for _, left := range [][]joinRow{nil, different} {
				if _, _, err := onDisk(of, left, right, 2, most); !errors.Is(err, ErrDuplicateKey) {
					t.Errorf("%d bytes, %d and %d rows: error %v", most, len(left), len(right), err)
				}
			}
		}
	}
}
