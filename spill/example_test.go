package spill_test

import (
	"cmp"
	"fmt"
	"log"
	"strings"
	"sync"

	"anabranch.dev/spill"
)

// A Job is a row of the examples.
type Job struct {
	User string
	Cost int
	Name string
}

var jobs = []Job{
	{"bob", 3, "build"}, {"ann", 7, "train"}, {"bob", 9, "render"}, {"ann", 7, "test"}, {"cid", 1, "lint"},
}

func ExampleSorter() {
	byUser := spill.Asc(func(j Job) string { return j.User })
	costly := spill.Desc(func(j Job) int { return j.Cost })
	s, err := spill.NewSorter(byUser.Then(costly), spill.Config{Memory: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for _, j := range jobs { // any number of them: what does not fit goes to disk
		if err := s.Add(j); err != nil {
			log.Fatal(err)
		}
	}
	for j, err := range s.All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(j.User, j.Cost, j.Name)
	}
	// Output:
	// ann 7 train
	// ann 7 test
	// bob 9 render
	// bob 3 build
	// cid 1 lint
}

func ExampleNewSorter() {
	type Task struct {
		Name string
		Done func()
	}
	_, err := spill.NewSorter(spill.Asc(func(t Task) string { return t.Name }), spill.Config{})
	fmt.Println(err) // its rows cannot be written

	s, err := spill.NewSorter(spill.Asc(func(s string) string { return s }), spill.Config{
		Memory:      64 << 20, // of rows; more go to disk
		Disk:        10 << 30, // at most
		Compression: spill.S2,
		Workers:     2,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	if err := s.Add("pear", "apple", "quince"); err != nil {
		log.Fatal(err)
	}
	for v, err := range s.All() {
		fmt.Println(v, err)
	}
	fmt.Println(s.Stats().Rows, "rows,", s.Stats().Runs, "runs on disk")
	// Output:
	// spill_test.Task.Done: a func has no value that can be written
	// apple <nil>
	// pear <nil>
	// quince <nil>
	// 3 rows, 0 runs on disk
}

func ExampleAsc() {
	o := spill.Asc(func(s string) int { return len(s) })
	fmt.Println(o.Compare("pear", "apple") < 0, o.Compare("fig", "nut"))
	// Output: true 0
}

func ExampleDesc() {
	o := spill.Desc(func(j Job) int { return j.Cost })
	fmt.Println(o.Compare(Job{Cost: 9}, Job{Cost: 3}) < 0)
	// Output: true
}

func ExampleOrder_Then() {
	o := spill.Desc(func(s string) int { return len(s) }).Then(spill.Asc(func(s string) string { return s }))
	fmt.Println(o.Compare("quince", "pear") < 0, o.Compare("pear", "plum") < 0)
	// Output: true true
}

func ExampleBy() {
	o := spill.By(func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	fmt.Println(o.Compare("apple", "Pear") < 0, o.Compare("PEAR", "pear"))
	// Output: true 0
}

// Rows come from several goroutines and go to several, and are in one order.
func ExampleSorter_Filler() {
	s, err := spill.NewSorter(spill.Asc(func(v int) int { return v }), spill.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	const workers = 3
	var wg sync.WaitGroup
	for w := range workers {
		f := s.Filler()
		wg.Go(func() {
			for place := w; place < 9; place += workers { // equal rows would come in the order of their places
				rows := []int{1000 * (place * 5 % 9), 1000*(place*5%9) + 1}
				if err := f.Add(uint64(place), rows); err != nil {
					log.Print(err)
				}
			}
		})
	}
	wg.Wait()

	sorted, err := s.Sort(nil)
	if err != nil {
		log.Fatal(err)
	}
	var mu sync.Mutex // parts are numbered in the order in which they are given out
	sums := map[int]int{}
	next := 0
	for range workers {
		wg.Go(func() {
			buf := make([]int, 100)
			for {
				mu.Lock()
				part, ok := sorted.Next()
				number := next
				next++
				mu.Unlock()
				if !ok {
					return
				}
				sum := 0
				if err := part.Read(buf, func(rows []int) error {
					for _, v := range rows {
						sum += v
					}
					return nil
				}); err != nil {
					log.Print(err)
				}
				mu.Lock()
				sums[number] = sum
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	fmt.Println(sums) // so few rows are one part
	// Output: map[0:72009]
}
