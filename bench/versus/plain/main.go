// Plain does the jobs as a good programmer writes them in Go with the standard library: bufio, maps, slices, and a goroutine
// for each processor; Parquet files with the library that the dataflows read them by, too. It has no unsafe code and no tables of its own, and is as short as it can be without being
// slow on purpose.
package main

import (
	"runtime"

	"anabranch.dev/bench/internal/trial"
)

func main() {
	trial.Main(trial.Contender{
		Name:     "plain",
		About:    "plain Go: bufio, maps and goroutines",
		Version:  runtime.Version(),
		Settings: "GOMAXPROCS, GOMEMLIMIT",
	}, map[string]trial.Func{
		"chain":             chain,
		"lines":             lines,
		"csv":               csv,
		"parquet":           parquetGroups,
		"wordcount":         words,
		"wordcount-3m":      words,
		"1brc":              stations,
		"1brc-10k":          stations,
		"sort":              sortFile,
		"sort-presorted":    sortFile,
		"sort-few":          sortFile,
		"sort-int64":        sortInts,
		"sort-strings":      sortStrings,
		"groups-100":        groups,
		"groups-100k":       groups,
		"groups-half":       groups,
		"h2o-groups":        h2oGroups,
		"h2o-joins":         func(_ ctx, s *trial.Session) error { return h2oJoins(s, true) },
		"h2o-joins-counted": func(_ ctx, s *trial.Session) error { return h2oJoins(s, false) },
	})
}
