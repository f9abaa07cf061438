package remote_test

import (
	"context"
	"iter"
	"sync"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

// slowSplits has a split for each number, which takes its time.
var slowSplits = df.Func("slow splits", func(n int) df.Stream[int] {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return df.Source(numbers, func(_ context.Context, i int) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			time.Sleep(10 * time.Millisecond)
			yield(i, nil)
		}
	})
})

// TestFewSlowRows: rows of which each takes long, and that have no size, go to all peers,
// whether they are folded there or not.
func TestFewSlowRows(t *testing.T) {
	const n = 60
	hosts := remotetest.Hosts(3, remote.Service{})
	for i := range hosts {
		hosts[i].Slots = 1
	}
	c, err := remote.Dial(t.Context(), hosts...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var mu sync.Mutex
	tasks := map[string]int64{}
	watch := df.Watch(func(p df.Progress) {
		mu.Lock()
		defer mu.Unlock()
		for _, o := range p.Peers {
			tasks[o.Name] = o.Tasks
		}
	})
	rows, err := df.Collect(t.Context(), slowSplits(n), df.On(c), watch)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range rows {
		if v != i {
			t.Fatalf("row %d is %d", i, v)
		}
	}
	if len(rows) != n || len(tasks) != 3 {
		t.Errorf("%d rows, by %v", len(rows), tasks)
	}
	for name, done := range tasks {
		if done < 1 {
			t.Errorf("%s has done %d tasks of %v", name, done, tasks)
		}
	}
}
