// Limit runs the programs of bench/limit, which were tuned by hand for one job each. The command builds them beside
// this one.
package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"anabranch.dev/bench/internal/h2o"
	"anabranch.dev/bench/internal/trial"
)

func main() {
	trial.Main(trial.Contender{
		Name:     "limit",
		About:    "the hand-tuned program for this job alone",
		Version:  "of the repository",
		Settings: "-p; they know no limit of memory",
	}, map[string]trial.Func{
		"wordcount":      program("limit-wc"),
		"wordcount-3m":   program("limit-wc"),
		"1brc":           program("limit-brc"),
		"1brc-10k":       program("limit-brc"),
		"sort":           program("limit-rsort"),
		"sort-presorted": program("limit-rsort"),
		"sort-few":       program("limit-rsort"),
		"h2o-groups":     questions,
	})
}

// program runs one that writes the answer to a file.
func program(name string) trial.Func {
	return func(ctx context.Context, s *trial.Session) error {
		return s.Exec(ctx, "", nil, filepath.Join(s.Bin, name), "-p", strconv.Itoa(s.Workers), "-o", s.Output, s.Inputs[0])
	}
}

// questions runs the one that tells how long each question took.
func questions(ctx context.Context, s *trial.Session) error {
	out := filepath.Join(s.TempDir, "h2o.txt")
	if err := s.Exec(ctx, out, nil, filepath.Join(s.Bin, "limit-h2o"), "-p", strconv.Itoa(s.Workers), "-rep", "1", s.Inputs[0]); err != nil {
		return err
	}
	f, err := os.Open(out)
	if err != nil {
		return err
	}
	defer f.Close()
	answers, err := h2o.Limit(f)
	if err != nil {
		return err
	}
	return h2o.Tell(s, answers, h2o.Groups)
}
