package workload

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/digest"
	answers "anabranch.dev/bench/internal/h2o"
	"anabranch.dev/bench/internal/trial"
)

var h2o = []Workload{{
	Name: "h2o-groups", Group: "db-benchmark",
	About: "the ten group-by questions of the db-benchmark over rows in memory, in which texts of up to 12 bytes lie as DuckDB " +
		"keeps them; the time is the sum of those of the questions",
	Files: h2oTable,
	Needs: "./examples/h2o",
	Run:   askH2O("groups", answers.Groups),
	Why: "Each question reads rows of 64 bytes where a columnar program reads two or three columns, and copies each row twice for " +
		"every function that reads something of it, as the compiler passes structs. q10 has as many groups as rows.",
}, {
	Name: "h2o-joins", Group: "db-benchmark",
	About: "its five join questions over rows in memory, with all columns of both sides in the answer",
	Files: h2oTables,
	Needs: "./examples/h2o",
	Run:   askH2O("made", answers.Joins),
	Why:   "Columns that are copied as rows of up to 112 bytes.",
}, {
	Name: "h2o-joins-counted", Group: "db-benchmark",
	About: "the same joins, of whose answers only the rows are counted and two columns added up",
	Files: h2oTables,
	Needs: "./examples/h2o",
	Run:   askH2O("counted", answers.Joins),
	Why:   "Half of the time of q1 goes into reading and copying rows of 56 bytes; DuckDB reads two columns of 12 bytes together.",
}}

// h2oTables are those of the join questions.
func h2oTables(size int64) (list []data.Kind) {
	for _, t := range []data.H2OTable{data.X, data.Small, data.Medium, data.Big} {
		list = append(list, data.H2OJoin{Table: t, Rows: max(size/64, 1000), Seed: 1})
	}
	return list
}

// flags are the settings of the example programs.
func flags(s *trial.Session) []string {
	args := []string{"-q", "-workers", strconv.Itoa(s.Workers)}
	if s.Memory > 0 {
		args = append(args, "-memory", strconv.FormatInt(s.Memory, 10))
	}
	if s.TempDir != "" {
		args = append(args, "-tempdir", s.TempDir)
	}
	return args
}

// askH2O runs the example.
func askH2O(kind string, questions []string) trial.Func {
	return func(ctx context.Context, s *trial.Session) error {
		args := flags(s)
		if kind != "groups" {
			args = append(args, "-join")
		}
		out := filepath.Join(s.TempDir, "h2o.txt")
		if err := s.Exec(ctx, out, nil, filepath.Join(s.Bin, "h2o"), append(args, s.Inputs...)...); err != nil {
			return err
		}
		f, err := os.Open(out)
		if err != nil {
			return err
		}
		defer f.Close()
		list, err := answers.Ours(f, kind)
		if err != nil {
			return err
		}
		return answers.Tell(s, list, questions)
	}
}

// TPCHQuestions are those that are asked.
var TPCHQuestions = []string{"q1", "q3", "q4", "q5", "q6", "q9", "q10", "q13", "q18", "q21"}

// tpch has a workload for each question: all read the tables as text.
var tpch = func() (list []Workload) {
	about := map[string]string{
		"q1": "sums by two columns", "q3": "two joins and the ten greatest", "q4": "a semi-join and counts", "q5": "five joins",
		"q6": "a filter and a sum", "q9": "five joins and sums by nation and year", "q10": "three joins and the twenty greatest",
		"q13": "a left join and counts of counts", "q18": "groups by order, joined back", "q21": "semi- and anti-joins",
	}
	for _, q := range TPCHQuestions {
		list = append(list, Workload{
			Name: "tpch-" + q, Group: "TPC-H, from text files",
			About: "question " + q[1:] + ": " + about[q],
			Files: tpchTables, Folder: true, Output: true, Order: true,
			Needs: "./examples/tpch", Scales: q == "q1" || q == "q9",
			Run: func(ctx context.Context, s *trial.Session) error {
				args := append(flags(s), "-quantity", "280", "-only", q, s.Inputs[0])
				if err := s.Exec(ctx, s.Output, nil, filepath.Join(s.Bin, "tpch"), args...); err != nil {
					return err
				}
				return tellAfterTitle(s)
			},
		})
	}
	return list
}()

// tellAfterTitle tells the answer that is in the output, of which the first line is the name of the question.
func tellAfterTitle(s *trial.Session) error {
	f, err := os.Open(s.Output)
	if err != nil {
		return err
	}
	defer f.Close()
	b := bufio.NewReader(f)
	if _, err := b.ReadString('\n'); err != nil {
		return err
	}
	rows, text, err := digest.LinesOf(b, true)
	if err != nil {
		return err
	}
	s.Answer(rows, text)
	return nil
}

// tpchTables are all tables, in sum of about the size.
func tpchTables(size int64) (list []data.Kind) {
	scale := max(math.Round(float64(size)/1e6)/1e3, 0.001)
	for _, t := range data.TPCHTables {
		list = append(list, data.TPCH{Table: t, Scale: scale, Seed: 1})
	}
	return list
}

// Task is the task of a workload at a size, with its input made.
func (w Workload) Task(size int64) (task trial.Task, err error) {
	task = trial.Task{Workload: w.Name, Ordered: w.Order}
	if w.Memory != nil {
		task.Rows, task.Distinct = w.Memory(size)
		return task, nil
	}
	for _, k := range w.Files(size) {
		path, err := data.File(k)
		if err != nil {
			return task, fmt.Errorf("%s: %w", w.Name, err)
		}
		if w.Folder {
			path = filepath.Dir(path)
			task.Inputs = []string{path}
			continue
		}
		task.Inputs = append(task.Inputs, path)
	}
	return task, nil
}
