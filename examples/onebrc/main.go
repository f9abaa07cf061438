// Onebrc answers the One Billion Row Challenge (https://1brc.dev): the least,
// mean and greatest temperature of each weather station.
package main

import (
	"context"
	"flag"
	"fmt"

	"anabranch.dev/df"
	"anabranch.dev/df/text"
	"anabranch.dev/examples/internal/cli"
)

// measurement is one line, "Hamburg;-12.3".
type measurement[S ~string] struct {
	station S
	tenths  int64
}

func (m measurement[S]) Station() S { return m.station }

func parse[S ~string](line S) (m measurement[S], err error) {
	station, number, found := text.CutLast(line, ';')
	if !found {
		return m, fmt.Errorf("line %q: no semicolon", string(line))
	}
	tenths, err := text.Decimal(number, 1)
	if err != nil {
		return m, fmt.Errorf("line %q: %w", string(line), err)
	}
	return measurement[S]{station, tenths}, nil
}

// stations is the plan.
func stations[S ~string](lines df.Stream[S]) df.Stream[df.KV[S, stats]] {
	measurements := df.MapErr(lines, parse[S]).Named("parse")
	return df.AggregateBy(measurements, measurement[S].Station, summary[S])
}

func main() {
	settings := cli.Flags()
	lines := flag.Bool("lines", false, "read strings that may be kept, which is slower than views")
	cli.Parse("[-lines] [OPTIONS] FILE...", `
Prints the least, mean and greatest temperature of each weather station, from
lines such as "Hamburg;-12.3": {Abha=-23.0/18.0/59.2, Abidjan=...}`)
	if flag.NArg() == 0 {
		cli.Misuse("no FILE is given")
	}
	cli.Run(func(ctx context.Context) error {
		if *lines {
			return report(ctx, stations(df.Lines(flag.Args()...)), settings)
		}
		return report(ctx, stations(df.LineViews(flag.Args()...)), settings)
	})
}
