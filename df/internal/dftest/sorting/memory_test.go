package sorting_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// TestSortAfterSort: what the first of two sorts holds goes to disk when the
// second needs the memory.
func TestSortAfterSort(t *testing.T) {
	dftest.AtTheFloor("two sorts", func(what string, room int, o ...df.Option) {
		again := func(n int) dftest.Stream { return downwards(df.Map(upwards(dftest.NumbersOf(n)), dftest.Scramble)) }
		want := func(n int) []int64 {
			return dftest.SortedBy(dftest.Mapped(dftest.Scramble)(dftest.Scrambled(n)), func(a, b int64) int { return byValue(b, a) })
		}
		large := room * 3 / 2 / numberCost
		sameRows(t, what+", both beyond memory", dftest.Collect(t, again(large), o...), want(large))

		small := room * 3 / 4 / numberCost // either fits, both do not
		if err := df.Run(context.Background(), upwards(dftest.NumbersOf(small)), append(o, df.Disk(1))...); err != nil {
			t.Errorf("%s: one sort alone: %v", what, err)
		}
		mustSpill(t, what, again(small), o...)
		sameRows(t, what+", both within it", dftest.Collect(t, again(small), o...), want(small))
	})
	dftest.NoneLeft(t)
}

// TestErrorOfIdleSort: a sort that is asked for memory while another operator
// runs says that it was itself that failed.
func TestErrorOfIdleSort(t *testing.T) {
	dftest.AtTheFloor("two sorts", func(what string, room int, o ...df.Option) {
		first := upwards(dftest.NumbersOf(room * 3 / 4 / numberCost)).Named("first")
		err := df.Run(context.Background(), downwards(df.Map(first, dftest.Scramble)).Named("second"), append(o, df.Disk(1))...)
		var e *df.Error
		if !errors.Is(err, df.ErrDiskFull) || !errors.As(err, &e) || e.Label == "" || !strings.HasSuffix(e.Site.File, "_test.go") {
			t.Errorf("%s: error %v", what, err)
		}
		dftest.NoneLeft(t)
	})
}

// TestSortsSideBySide: several sorts of one stream share the least memory.
func TestSortsSideBySide(t *testing.T) {
	dftest.AtTheFloor("a tee", func(what string, room int, o ...df.Option) {
		if room > 20<<20 {
			return // as with fewer workers
		}
		n := room * 3 / 5 / numberCost
		rows := dftest.Scrambled(n)
		s := dftest.NumbersOf(n)
		var up, down, byMod, again []int64
		err := df.Run(context.Background(), df.Outputs(
			df.Into(upwards(s), &up), df.Into(downwards(s), &down), df.Into(s.SortFunc(byModulus), &byMod),
			df.Into(upwards(df.Map(downwards(s), dftest.Scramble)), &again)), o...)
		if err != nil {
			t.Fatal(err)
		}
		sameRows(t, what+", up", up, numbersUp(rows))
		sameRows(t, what+", down", down, dftest.SortedBy(rows, func(a, b int64) int { return byValue(b, a) }))
		sameRows(t, what+", by comparison", byMod, dftest.SortedBy(rows, byModulus))
		sameRows(t, what+", twice", again, numbersUp(dftest.Mapped(dftest.Scramble)(rows)))
	})
	dftest.NoneLeft(t)
}

// TestSortBesideGroups: a table of groups, which stays in memory, gets what it
// needs of a sort beside it, and of one before it.
func TestSortBesideGroups(t *testing.T) {
	workers := map[int]int{}
	for _, n := range dftest.WorkerCounts() {
		workers[int(dftest.LeastMemory(n)/4*3)] = n
	}
	dftest.AtTheFloor("groups", func(what string, room int, o ...df.Option) {
		// Each worker may have a table of all groups, which takes an eighth of
		// the memory with those of the others.
		n, groups := room*5/4/numberCost, uint64(room/8/40/workers[room])
		key := func(v int64) int64 { return int64(uint64(v) % groups) }
		counted := func(rows []int64) map[int64]int64 {
			counts := map[int64]int64{}
			for _, v := range rows {
				counts[key(v)]++
			}
			return counts
		}
		rows := dftest.Scrambled(n)
		s := dftest.NumbersOf(n)
		var up []int64
		var counts []df.KV[int64, int64]
		err := df.Run(context.Background(), df.Outputs(df.Into(upwards(s), &up), df.Into(df.CountBy(s, key), &counts)), o...)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		sameRows(t, what+", beside", up, numbersUp(rows))
		dftest.SameGroups(t, what+", beside", counts, counted(rows))

		fits := room * 3 / 4 / numberCost
		dftest.SameGroups(t, what+", after", dftest.Collect(t, df.CountBy(upwards(dftest.NumbersOf(fits)), key), o...), counted(rows[:fits]))
	})
	dftest.NoneLeft(t)
}

// softLimitIn gives the soft limit on memory, without changing it.
func softLimitIn() int64 { return debug.SetMemoryLimit(-1) }

// watched runs what may fail, and gives the limit that its rows were made under.
func watched(t *testing.T, what string, o ...df.Option) (inside int64) {
	t.Helper()
	var limit atomic.Int64
	s := df.Inspect(df.Range(0, 10), func(int) { limit.Store(softLimitIn()) })
	if err := df.Run(context.Background(), s, o...); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return limit.Load()
}

// TestSoftLimit: while a run with a budget is under way, the process has a limit
// that goes with it, and afterwards the one that it had.
func TestSoftLimit(t *testing.T) {
	const budget = 64 << 20
	before := softLimitIn()
	unchanged := func(what string) {
		t.Helper()
		if now := softLimitIn(); now != before {
			t.Errorf("%s: the limit is %d, was %d", what, now, before)
		}
	}
	lowered := func(what string, limit int64) {
		t.Helper()
		if limit < budget || limit >= before || limit > budget+processBytes()+64<<20 {
			t.Errorf("%s: the limit was %d", what, limit)
		}
	}
	o := []df.Option{df.Memory(budget), df.Workers(2)}
	lowered("a run", watched(t, "a run", o...))
	unchanged("after a run")
	if inside := watched(t, "no budget", df.Workers(2)); inside != before {
		t.Errorf("without a budget: the limit was %d, was %d before", inside, before)
	}
	if inside := watched(t, "left alone", append(o, df.NoSoftLimit())...); inside != before {
		t.Errorf("left alone: the limit was %d, was %d before", inside, before)
	}

	ctx, cancel := context.WithCancel(context.Background())
	for what, f := range map[string]func(int) (int, error){
		"error":  func(int) (int, error) { return 0, dftest.ErrBoom },
		"panic":  func(int) (int, error) { panic(dftest.ErrBoom) },
		"cancel": func(v int) (int, error) { cancel(); return v, nil },
	} {
		var inside atomic.Int64
		s := df.MapErr(df.Range(0, 1000), func(v int) (int, error) { inside.Store(softLimitIn()); return f(v) })
		runCtx := context.Background()
		if what == "cancel" {
			runCtx = ctx
		}
		if err := df.Run(runCtx, s, o...); err == nil {
			t.Errorf("%s: no error", what)
		}
		lowered(what, inside.Load())
		unchanged("after an " + what)
	}
	if err := df.Run(context.Background(), df.Range(0, 10), df.Memory(1)); err == nil {
		t.Error("a budget of one byte was accepted")
	}
	unchanged("after a run that was refused")
	if err := df.Run(context.Background(), df.Lines("missing"), o...); err == nil {
		t.Error("a file that is missing was read")
	}
	unchanged("after a run that could not begin")
	for range df.All(context.Background(), dftest.Endless(), o...) {
		lowered("All", softLimitIn())
		break
	}
	unchanged("after All")
	_ = dftest.PanicText(func() {
		for range df.All(context.Background(), dftest.Endless(), o...) {
			panic("in the body")
		}
	})
	unchanged("after a panic in the body of All")
}

// TestSoftLimitOfSeveralRuns: runs within runs and beside each other add up.
func TestSoftLimitOfSeveralRuns(t *testing.T) {
	const budget = 32 << 20
	before := softLimitIn()
	var outer, inner, after int64
	s := df.MapErr(df.Range(0, 1), func(int) (int, error) {
		outer = softLimitIn()
		err := df.Run(context.Background(), df.Inspect(df.Range(0, 1), func(int) { inner = softLimitIn() }), df.Memory(2*budget), df.Workers(1))
		after = softLimitIn()
		return 0, err
	})
	dftest.Collect(t, s, df.Memory(budget), df.Workers(1))
	if inner < outer+2*budget || inner > outer+2*budget+64<<20 || after != outer || softLimitIn() != before {
		t.Errorf("within each other: the limit was %d, within that %d, then %d, at last %d; before %d", outer, inner, after, softLimitIn(), before)
	}

	// Each run begins and ends on its own, the last that began first.
	const runs = 5
	var limits [runs]int64
	begin, end := make([]chan bool, runs), make([]chan bool, runs)
	var wg sync.WaitGroup
	for i := range runs {
		begin[i], end[i] = make(chan bool), make(chan bool)
		wg.Go(func() {
			s := df.Inspect(df.Range(0, 1), func(int) { begin[i] <- true; <-end[i] })
			if err := df.Run(context.Background(), s, df.Memory(budget), df.Workers(1)); err != nil {
				t.Error(err)
			}
			end[i] <- true
		})
		<-begin[i]
		if limits[i] = softLimitIn(); i > 0 && limits[i] < limits[i-1]+budget {
			t.Errorf("%d runs: the limit is %d, was %d with one less", i+1, limits[i], limits[i-1])
		}
	}
	for i, run := range []int{4, 0, 2, 1, 3} {
		end[run] <- true
		<-end[run]
		want := before
		if left := runs - 1 - i; left > 0 {
			want = limits[left-1]
		}
		if now := softLimitIn(); now != want {
			t.Errorf("after the end of run %d: the limit is %d, want %d", run, now, want)
		}
	}
	wg.Wait()
}

// TestSoftLimitOfTheUser: a limit that the program has set stays when it is
// lower, and what it sets while a run is under way stays after it.
func TestSoftLimitOfTheUser(t *testing.T) {
	before := softLimitIn()
	defer debug.SetMemoryLimit(before)
	low := processBytes() + 128<<20
	debug.SetMemoryLimit(low)
	if inside := watched(t, "a lower limit", df.Memory(1<<30)); inside != low {
		t.Errorf("a lower limit: it was %d in the run, is %d", inside, low)
	}
	if now := softLimitIn(); now != low {
		t.Errorf("a lower limit: it is %d after the run, was %d", now, low)
	}
	debug.SetMemoryLimit(math.MaxInt64)
	for _, set := range []int64{low, math.MaxInt64 - 1, 1 << 40} {
		s := df.Inspect(df.Range(0, 1), func(int) { debug.SetMemoryLimit(set) })
		if err := df.Run(context.Background(), s, df.Memory(64<<20), df.Workers(1)); err != nil {
			t.Fatal(err)
		}
		if now := softLimitIn(); now != set {
			t.Errorf("set in the run: the limit is %d after it, want %d", now, set)
		}
	}
}

// processBytes is what the process has of the system's memory.
func processBytes() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}

// TestWorkersAndMemoryOfSort: budgets that are too small are refused before
// anything is done.
func TestLeastMemoryOfSort(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		var ran atomic.Bool
		s := df.SortBy(df.Range(0, 10), func(v int) int { ran.Store(true); return -v })
		err := df.Run(context.Background(), s, df.Workers(workers), df.Memory(dftest.LeastMemory(workers)-1))
		if err == nil || ran.Load() || !strings.Contains(err.Error(), fmt.Sprint(dftest.LeastMemory(workers))) {
			t.Errorf("%d workers: error %v, ran %v", workers, err, ran.Load())
		}
		if err := df.Run(context.Background(), s, df.Workers(workers), df.Memory(dftest.LeastMemory(workers))); err != nil {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
}
