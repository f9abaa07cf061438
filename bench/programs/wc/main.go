// Wc counts the words of a file, split at white space, and prints each with a tab and its count, in no order. It is
// the counterpart of the limit program of the same name.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"anabranch.dev/df"
	"anabranch.dev/df/text"
)

func main() {
	workers := flag.Int("p", 2, "workers")
	lower := flag.Bool("lower", false, "lower-case the words")
	out := flag.String("o", "/dev/stdout", "output `file`")
	flag.Parse()
	runtime.GOMAXPROCS(*workers)
	if err := run(flag.Arg(0), *out, *lower, df.Workers(*workers)); err != nil {
		fmt.Fprintln(os.Stderr, "wc:", err)
		os.Exit(1)
	}
}

func run(in, out string, lower bool, workers df.Option) error {
	lines := df.LineViews(in)
	words := df.Expand(lines, text.Fields)
	if lower {
		words = df.MapBatch(lines, text.LowerFields)
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var line []byte
	err = df.ForEach(context.Background(), df.CountBy(words, df.Self), func(kv df.KV[df.View, int64]) error {
		line = append(append(line[:0], kv.Key...), '\t')
		line = append(strconv.AppendInt(line, kv.Value, 10), '\n')
		_, err := w.Write(line)
		return err
	}, workers)
	return errors.Join(err, w.Flush(), f.Close())
}
