// Beam counts words with Apache Beam and Prism, the runner in the process. It is a module of its own, since it needs more
// than all others together.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"

	"anabranch.dev/bench/internal/trial"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/stats"
)

func init() {
	register.Function2x0(split)
	register.Function2x1(format)
	register.Emitter1[string]()
}

func split(line string, emit func(string)) {
	for word := range strings.FieldsSeq(line) {
		emit(word)
	}
}

func format(word string, n int) string { return fmt.Sprintf("%s\t%d", word, n) }

func main() {
	beam.Init()
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if strings.HasPrefix(m.Path, "github.com/apache/beam/") {
				version = m.Path + " " + m.Version
			}
		}
	}
	trial.Main(trial.Contender{
		Name:     "beam",
		About:    "Apache Beam, with the Prism runner in the process",
		Version:  version,
		Settings: "GOMAXPROCS, GOMEMLIMIT",
	}, map[string]trial.Func{"wordcount": words, "wordcount-3m": words})
}

func words(ctx context.Context, s *trial.Session) error {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	p, all := beam.NewPipelineWithRoot()
	lines := textio.Read(all, s.Inputs[0])
	counts := stats.Count(all, beam.ParDo(all, split, lines))
	textio.Write(all, s.Output, beam.ParDo(all, format, counts))
	_, err := prism.Execute(ctx, p)
	return err
}
