//go:build unix

package remote

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"anabranch.dev/bench/data"
	"anabranch.dev/df"
)

var planBytes = flag.Int64("planbytes", 32<<20, "bytes of input of BenchmarkPlan")

// BenchmarkPlan compares runs on two peers of this machine, of one worker each, with runs
// in this process with two workers. They take turns, and the ratio is that of the medians.
// Peers are processes that this one has started, or those of a real sshd, which exchange rows
// through files of this machine or, as those of others do, through the connection alone.
func BenchmarkPlan(b *testing.B) {
	words, err := data.File(data.Words{Bytes: *planBytes, Distinct: max(int(*planBytes/1754), 1), Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	records, err := data.File(data.Records{Rows: *planBytes / 100, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	out := filepath.Join(b.TempDir(), "out")
	for name, run := range map[string]func(...df.Option) error{
		"words": func(o ...df.Option) error {
			return df.ForEach(context.Background(), planWords([]string{words}), func(df.KV[string, int64]) error { return nil }, o...)
		},
		"sort": func(o ...df.Option) error {
			return df.Run(context.Background(), df.WriteLines(planSort([]string{records}), out), o...)
		},
	} {
		for _, way := range []string{"local", "ssh", "far"} {
			b.Run(name+"/"+way, func(b *testing.B) {
				hosts := Local(2)
				switch way {
				case "ssh":
					hosts = startSSH(b).hosts(2)
				case "far":
					hosts = startSSH(b, "SetEnv "+testHostname+"=elsewhere").hosts(2)
				}
				for i := range hosts {
					hosts[i].Slots = 1
				}
				compareRuns(b, run, dial(b, Dialer{}, hosts...))
			})
		}
	}
}

func compareRuns(b *testing.B, run func(...df.Option) error, c *Cluster) {
	var here, there []time.Duration
	timed := func(o ...df.Option) time.Duration {
		runtime.GC()
		began := time.Now()
		if err := run(o...); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	for b.Loop() {
		here = append(here, timed(df.Workers(2)))
		there = append(there, timed(df.On(c)))
	}
	median := func(list []time.Duration) float64 { return float64(slices.Sorted(slices.Values(list))[len(list)/2]) }
	b.ReportMetric(median(there)/median(here), "ratio")
	b.ReportMetric(0, "ns/op") // of both together: of no use
	b.Log(fmt.Sprint("here ", here, ", on peers ", there))
}
