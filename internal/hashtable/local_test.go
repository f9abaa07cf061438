package hashtable

import "testing"

func TestFactor(t *testing.T) {
	const slots = 1 << 12
	for _, tt := range []struct {
		name          string
		before, after int // groups
		missed        float64
		front         int
		want          int
	}{
		{"every row is new", 0, slots / 2, 1, 1 << 20, 8},
		{"the last step", 0, slots / 2, 1, 2 * slots, 2},
		{"the one before it", 0, slots / 2, 1, 4 * slots, 2},
		{"up to the last step", 0, slots / 2, 1, 8 * slots, 4},
		{"beyond it", 0, slots / 2, 1, slots, 2},
		{"half the groups are there", slots / 4, slots / 2, 0.6, 1 << 20, 2},
		{"a third of them is", slots / 4, slots / 2, 0.76, 1 << 20, 4},
		{"few rows are new", slots / 4, slots / 2, 0.01, 1 << 20, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := &local[int]{tune: tuning{front: tt.front}, groups: tt.before, missed: tt.missed}
			if got := l.factor(tt.after, slots); got != tt.want {
				t.Errorf("factor(%d, %d) = %d, want %d", tt.after, slots, got, tt.want)
			}
		})
	}
}
