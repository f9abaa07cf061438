// Keyed runs one operator that works by key over rows of 64 bytes that it makes itself, and prints how many rows came
// out, a checksum that does not depend on their order, the milliseconds that it took, and the most memory that the
// process had, in bytes.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"anabranch.dev/df"
)

func main() {
	var in inputs
	workers := flag.Int("p", 2, "workers")
	memory := flag.Int64("memory", 0, "memory budget in `bytes`; 0: the default")
	flag.Int64Var(&in.rows, "rows", 16e6, "rows of 64 bytes, of all inputs together")
	flag.BoolVar(&in.skew, "skew", false, "give half of all rows one key")
	op := flag.String("op", "", "operator: "+strings.Join(slices.Sorted(maps.Keys(operators)), ", "))
	flag.Parse()
	make, ok := operators[*op]
	if !ok || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	runtime.GOMAXPROCS(*workers)
	options := []df.Option{df.Workers(*workers)}
	if *memory > 0 {
		options = append(options, df.Memory(*memory))
	}
	start := time.Now()
	sum, _, err := df.First(context.Background(), checksum(make(in)), options...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "keyed:", err)
		os.Exit(1)
	}
	fmt.Println(sum.rows, sum.bits, time.Since(start).Milliseconds(), peak())
}
