package df_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"anabranch.dev/df"
)

func ExampleSort() {
	length := func(s string) int { return len(s) }
	show(df.Sort(fruit, df.Desc(length).Then(df.Asc(df.Self[string]))))
	// Output:
	// blueberry
	// apricot
	// avocado
	// banana
	// cherry
	// apple
}

func ExampleSortBy() {
	show(df.SortBy(fruit, firstLetter)) // rows of equal keys stay in their order
	// Output:
	// apple
	// avocado
	// apricot
	// banana
	// blueberry
	// cherry
}

func ExampleSortFunc() {
	fold := func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }
	show(df.SortFunc(df.FromSlice([]string{"b", "C", "A"}), fold))
	// Output:
	// A
	// b
	// C
}

func ExampleMergeSorted() {
	monday, tuesday := df.FromSlice([]int{1, 4, 9}), df.FromSlice([]int{3, 4, 7})
	show(df.MergeSorted(df.Asc(df.Self[int]), monday, tuesday))
	// Output:
	// 1
	// 3
	// 4
	// 4
	// 7
	// 9
}

func ExampleCompact() {
	show(df.Compact(df.FromSlice([]int{1, 1, 2, 2, 2, 1})))
	// Output:
	// 1
	// 2
	// 1
}

func ExampleCompactFunc() {
	sorted := df.SortBy(fruit, firstLetter)
	show(df.CompactFunc(sorted, func(a, b string) bool { return a[0] == b[0] }))
	// Output:
	// apple
	// banana
	// cherry
}

// exampleDir makes a directory for an example.
func exampleDir() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

func ExampleSave() {
	dir, remove := exampleDir()
	defer remove()
	type point struct {
		Name string
		X, Y float64
	}
	points := df.FromSlice([]point{{"here", 0, 0}, {"there", 3, 4}})
	path := filepath.Join(dir, "points")
	if err := df.Run(context.Background(), df.Save(points, path)); err != nil {
		fmt.Println(err)
	}
	show(df.Load[point](path)) // in another program, too
	// Output:
	// {here 0 0}
	// {there 3 4}
}

func ExampleLoad() {
	dir, remove := exampleDir()
	defer remove()
	for day, rows := range [][]int{{5, 1}, {4, 2}} {
		err := df.Run(context.Background(), df.Save(df.FromSlice(rows), filepath.Join(dir, fmt.Sprint("day-", day))))
		if err != nil {
			fmt.Println(err)
		}
	}
	show(df.Load[int](filepath.Join(dir, "day-*")))
	// Output:
	// 5
	// 1
	// 4
	// 2
}

func ExamplePartBytes() {
	dir, remove := exampleDir()
	defer remove()
	parts := df.WriteLines(fruit, filepath.Join(dir, "fruit-%03d.txt"), df.PartBytes(15))
	show(df.Map(parts, func(f df.File) string { return fmt.Sprint(filepath.Base(f.Path), " ", f.Rows) }))
	// Output:
	// fruit-000.txt 3
	// fruit-001.txt 2
	// fruit-002.txt 1
}

func ExampleDisk() {
	huge := df.Map(df.Range(0, 2_000_000), func(v int) int { return -v })
	sorted := df.SortBy(huge, df.Self[int])
	err := df.Run(context.Background(), sorted, df.Workers(1), df.Memory(20<<20), df.Disk(1<<20))
	fmt.Println(errors.Is(err, df.ErrDiskFull))
	// Output:
	// true
}

func ExampleNoSoftLimit() {
	// The program sets a limit of its own, as with GOMEMLIMIT.
	fmt.Println(df.Collect(context.Background(), fruit.Count(), df.Memory(1<<30), df.NoSoftLimit()))
	// Output:
	// [6] <nil>
}

func ExampleOrder() {
	type match struct {
		Team   string
		Points int
	}
	points := func(m match) int { return m.Points }
	team := func(m match) string { return m.Team }
	table := df.Desc(points).Then(df.Asc(team))
	show(df.Sort(df.FromSlice([]match{{"Reds", 3}, {"Blues", 7}, {"Greens", 3}}), table))
	// Output:
	// {Blues 7}
	// {Greens 3}
	// {Reds 3}
}
