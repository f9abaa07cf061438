// Brc reads the measurements of the One Billion Row Challenge, and prints of each station name;min;mean;max, in no
// order. It is the counterpart of the limit program of the same name.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/text"
)

// A reading is one line.
type reading[S ~string] struct {
	station S
	tenths  int64 // of a degree
}

func parse[S ~string](line S) (reading[S], error) {
	name, number, _ := text.CutLast(line, ';')
	tenths, err := text.Decimal(number, 1)
	return reading[S]{name, tenths}, err
}

func station[S ~string](r reading[S]) S { return r.station }

// A summary is what is known of one station.
type summary struct {
	min, max, sum, count int64
}

func add[S ~string](s *summary, r reading[S]) {
	s.merge(&summary{r.tenths, r.tenths, r.tenths, 1})
}

func (s *summary) merge(o *summary) {
	if s.count == 0 {
		*s = *o
		return
	}
	s.min = min(s.min, o.min)
	s.max = max(s.max, o.max)
	s.sum += o.sum
	s.count += o.count
}

func result(s *summary) summary { return *s }

func summarise[S ~string]() agg.Def[reading[S], summary, summary] {
	return agg.Def[reading[S], summary, summary]{Add: add[S], Merge: (*summary).merge, Result: result}
}

func main() {
	workers := flag.Int("p", 2, "workers")
	views := flag.Bool("views", false, "read lines without making strings of them")
	out := flag.String("o", "/dev/stdout", "output `file`")
	flag.Parse()
	runtime.GOMAXPROCS(*workers)
	var err error
	if in := flag.Arg(0); *views {
		err = run(df.LineViews(in), *out, df.Workers(*workers))
	} else {
		err = run(df.Lines(in), *out, df.Workers(*workers))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "brc:", err)
		os.Exit(1)
	}
}

func run[S ~string](lines df.Stream[S], out string, workers df.Option) error {
	stations := df.AggregateBy(df.MapErr(lines, parse[S]), station[S], summarise[S])
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = df.ForEach(context.Background(), stations, func(kv df.KV[S, summary]) error {
		s := kv.Value
		_, err := fmt.Fprintf(w, "%s;%.1f;%.1f;%.1f\n", kv.Key,
			float64(s.min)/10, float64(s.sum)/float64(s.count)/10, float64(s.max)/10)
		return err
	}, workers)
	return errors.Join(err, w.Flush(), f.Close())
}
