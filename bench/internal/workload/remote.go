package workload

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/df"
	"anabranch.dev/df/text"
	"anabranch.dev/remote"
)

// Peers are processes of this machine, one for each worker, so that what is measured is what it costs that rows go from
// one process to another. Processor time and memory are told of the driver alone, which has started them.
var peers = []Workload{{
	Name: "wordcount-peers", Group: "On peers",
	About: "wordcount on processes of this machine, one for each worker",
	Files: func(size int64) []data.Kind { return []data.Kind{data.Words{Bytes: size, Distinct: 200_000, Seed: 1}} }, Output: true,
	Run: onPeers(runPeerWords), Alone: runPeerWords,
	Why: "Processor time and peak are the driver's alone. Each process counts its words in a table of its own, and tables are put together by sorting what comes of them.",
}, {
	Name: "sort-peers", Group: "On peers",
	About: "sort on processes of this machine, one for each worker",
	Files: func(size int64) []data.Kind { return []data.Kind{data.Records{Rows: size / 100, Seed: 1}} }, Output: true, Order: true,
	Run: onPeers(runPeerSort), Alone: runPeerSort,
	Why: "Processor time and peak are the driver's alone. Every row is encoded, copied by the kernel twice, has two checksums, and is decoded.",
}}

// What peers do is made by functions with names.
var (
	peerWords = df.Func("bench: words", func(path string) df.Stream[string] {
		words := df.CountBy(df.Expand(df.LineViews(path), text.Fields), df.Self)
		return df.MapBatch(words, linesOfCounts)
	})
	peerSort = df.Func("bench: sort", func(path string) df.Stream[string] { return df.SortBy(df.Lines(path), df.Self) })
)

func runPeerWords(ctx context.Context, s *trial.Session, more ...df.Option) error {
	return run(ctx, s, df.WriteLines(peerWords(s.Inputs[0]), s.Output), more...)
}

func runPeerSort(ctx context.Context, s *trial.Session, more ...df.Option) error {
	return run(ctx, s, df.WriteLines(peerSort(s.Inputs[0]), s.Output), more...)
}

// onPeers is a job on peers, which are started for it. Its time has that in it.
func onPeers(job func(context.Context, *trial.Session, ...df.Option) error) trial.Func {
	return func(ctx context.Context, s *trial.Session) error {
		hosts := remote.Local(s.Workers)
		for i := range hosts {
			hosts[i].Slots = 1
		}
		c, err := remote.Dial(ctx, hosts...)
		if err != nil {
			return err
		}
		defer c.Close()
		return job(ctx, s, df.On(c))
	}
}

// Alone returns how the library does the job of a name in one process, of those on peers.
func Alone(name string) (trial.Func, error) {
	i := slices.IndexFunc(peers, func(w Workload) bool { return w.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("%s is no workload on peers", strconv.Quote(name))
	}
	return func(ctx context.Context, s *trial.Session) error { return peers[i].Alone(ctx, s) }, nil
}

// OnPeers are the names of the workloads on peers.
func OnPeers() (names []string) {
	for _, w := range peers {
		names = append(names, w.Name)
	}
	return names
}
