package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/data/columns"
	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/bench/internal/workload"
	"anabranch.dev/remote"
	"github.com/parquet-go/parquet-go"
)

// TestMain has this program do jobs, too, as the command does.
func TestMain(m *testing.M) {
	remote.Main()
	serves := map[string]func(context.Context) error{child: serve, alone: serveAlone}
	if len(os.Args) == 2 && serves[os.Args[1]] != nil {
		if err := serves[os.Args[1]](context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// tiny is the size of inputs in tests.
const tiny = 300_000

// oracles do the jobs in the plainest way, and return the checksum of the answer.
var oracles = map[string]func(*testing.T, trial.Task) string{
	"chain": func(_ *testing.T, task trial.Task) string {
		var d digest.Sum
		d.AddInts(workload.ChainByHand(data.Ints(int(task.Rows), int(task.Distinct), 1)))
		return d.String()
	},
	"lines": func(t *testing.T, task trial.Task) string {
		text := text(t, task)
		n := strings.Count(text, "\n")
		return sumOf(fmt.Sprintf("%d lines of %d bytes", n, len(text)-n))
	},
	"csv":            csvOracle,
	"parquet":        parquetOracle,
	"wordcount":      wordsOracle,
	"wordcount-3m":   wordsOracle,
	"1brc":           stationsOracle,
	"1brc-10k":       stationsOracle,
	"sort":           sortOracle,
	"sort-presorted": sortOracle,
	"sort-few":       sortOracle,

	"wordcount-peers": wordsOracle,
	"sort-peers":      sortOracle,
	"sort-int64": func(_ *testing.T, task trial.Task) string {
		rows := data.IntsIn(int(task.Rows), data.Random, 1)
		sort.Slice(rows, func(i, j int) bool { return rows[i] < rows[j] })
		var d digest.Ordered
		for _, r := range rows {
			d.AddInt(r)
		}
		return d.String()
	},
	"sort-strings": func(_ *testing.T, task trial.Task) string {
		rows := data.ShortStrings(int(task.Rows), 1)
		sort.Strings(rows)
		return inOrder(rows)
	},
	"groups-100":  groupsOracle,
	"groups-100k": groupsOracle,
	"groups-half": groupsOracle,
}

func text(t *testing.T, task trial.Task) string {
	b, err := os.ReadFile(task.Inputs[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func sumOf(rows ...string) string {
	var d digest.Sum
	for _, r := range rows {
		d.AddString(r)
	}
	return d.String()
}

func inOrder(rows []string) string {
	var d digest.Ordered
	for _, r := range rows {
		d.AddString(r)
	}
	return d.String()
}

func csvOracle(t *testing.T, task trial.Task) string {
	r := csv.NewReader(strings.NewReader(text(t, task)))
	var n, a, b int
	most := 0.0
	for {
		row, err := r.Read()
		if err == io.EOF {
			return sumOf(fmt.Sprintf("%d %d %d %.6f", n, a, b, most))
		}
		if err != nil {
			t.Fatal(err)
		}
		number := func(i int) int { v, _ := strconv.Atoi(row[i]); return v }
		if row[0] == "id1" || number(3) > 50 {
			continue
		}
		n++
		a += number(6)
		b += number(7)
		x, _ := strconv.ParseFloat(row[8], 64)
		most = max(most, x)
	}
}

func parquetOracle(t *testing.T, task trial.Task) string {
	rows, err := parquet.ReadFile[columns.H2ORow](task.Inputs[0])
	if err != nil {
		t.Fatal(err)
	}
	var n, a, b int64
	most := 0.0
	for _, r := range rows {
		if r.ID4 <= 50 {
			n, a, b, most = n+1, a+int64(r.V1), b+int64(r.V2), max(most, r.V3)
		}
	}
	return sumOf(fmt.Sprintf("%d %d %d %.6f", n, a, b, most))
}

func wordsOracle(t *testing.T, task trial.Task) string {
	counts := map[string]int{}
	for _, w := range strings.Fields(text(t, task)) {
		counts[w]++
	}
	var rows []string
	for w, n := range counts {
		rows = append(rows, fmt.Sprintf("%s\t%d", w, n))
	}
	return sumOf(rows...)
}

func stationsOracle(t *testing.T, task trial.Task) string {
	readings := map[string][]int{}
	for _, line := range strings.Fields(strings.ReplaceAll(text(t, task), " ", "\x00")) {
		name, number, _ := strings.Cut(line, ";")
		tenths, err := strconv.Atoi(strings.Replace(number, ".", "", 1))
		if err != nil {
			t.Fatal(err)
		}
		readings[name] = append(readings[name], tenths)
	}
	var rows []string
	for name, list := range readings {
		sum := 0
		for _, x := range list {
			sum += x
		}
		rows = append(rows, fmt.Sprintf("%s;%.1f;%.1f;%.1f", strings.ReplaceAll(name, "\x00", " "),
			float64(slices.Min(list))/10, float64(sum)/float64(len(list))/10, float64(slices.Max(list))/10))
	}
	return sumOf(rows...)
}

func sortOracle(t *testing.T, task trial.Task) string {
	rows := strings.Split(strings.TrimSuffix(text(t, task), "\n"), "\n")
	sort.Strings(rows)
	return inOrder(rows)
}

func groupsOracle(_ *testing.T, task trial.Task) string {
	counts := map[int64]int64{}
	for _, k := range data.Ints(int(task.Rows), int(task.Distinct), 1) {
		counts[k]++
	}
	var d digest.Sum
	for k, n := range counts {
		d.AddInts(k, n)
	}
	return d.String()
}

// testBout is one for tests.
func testBout(t *testing.T, jobs []workload.Workload) *bout {
	t.Helper()
	t.Setenv("ANABRANCH_DATA", t.TempDir())
	t.Setenv("GORACE", "atexit_sleep_ms=0") // built with -race, each process would wait for a second
	p, err := prepare(t.Context(), jobs, false)
	if err != nil {
		t.Fatal(err)
	}
	s := settings{size: tiny, budget: 1 << 30, workers: 2, count: 1, limit: time.Minute}
	b, err := newBout(p, s)
	if err != nil {
		t.Fatal(err)
	}
	b.say = func(string) {}
	t.Cleanup(func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// TestWorkloads has every job done at a small size, with one worker, with two, and with little memory.
func TestWorkloads(t *testing.T) {
	var jobs []workload.Workload
	for _, w := range workload.All {
		if w.Needs == "" {
			jobs = append(jobs, w)
		} else if oracles[w.Name] != nil {
			t.Errorf("there is an oracle for %s, which is tested otherwise", w.Name)
		}
	}
	b := testBout(t, jobs)
	for _, w := range jobs {
		t.Run(w.Name, func(t *testing.T) {
			task, err := b.task(w)
			if err != nil {
				t.Fatal(err)
			}
			oracle := oracles[w.Name]
			if oracle == nil {
				t.Fatal("there is no oracle")
			}
			want := oracle(t, task)
			for _, s := range []struct{ workers, memory int }{{1, 0}, {2, 1 << 30}, {2, 24 << 20}} {
				task.Workers, task.Memory = s.workers, int64(s.memory)
				run := b.run(t.Context(), b.contenders[0], task, 0)
				if failure(run) != "" || run.Result.Digest != want {
					t.Errorf("%d workers, %d bytes: %s, want %s: %s", s.workers, s.memory, run.Result.Digest, want, failure(run))
				}
				if run.Result.Rows == 0 || run.Result.Bytes == 0 || run.Result.Wall <= 0 {
					t.Errorf("what was read is not told: %+v", run.Result)
				}
			}
			if w.Alone != nil {
				c := b.contenders[0]
				c.Command = []string{c.Command[0], alone}
				if run := b.run(t.Context(), c, task, 0); failure(run) != "" || run.Result.Digest != want {
					t.Errorf("in one process: %s, want %s: %s", run.Result.Digest, want, failure(run))
				}
			}
			if left, _ := filepath.Glob(filepath.Join(b.dir, "*")); left != nil {
				t.Errorf("a run has left %q", left)
			}
		})
	}
}

// TestPrograms has the jobs done that the examples do: their tests hold the answers against those of DuckDB, so that
// here two numbers of workers must agree.
func TestPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	var jobs []workload.Workload
	for _, w := range workload.All {
		if w.Needs != "" {
			jobs = append(jobs, w)
		}
	}
	b := testBout(t, jobs)
	for _, w := range jobs {
		t.Run(w.Name, func(t *testing.T) {
			task, err := b.task(w)
			if err != nil {
				t.Fatal(err)
			}
			var answers []string
			for _, workers := range []int{1, 2} {
				task.Workers = workers
				run := b.run(t.Context(), b.contenders[0], task, 0)
				if why := failure(run); why != "" {
					t.Fatal(why)
				}
				answers = append(answers, run.Result.Digest)
				if strings.HasPrefix(w.Name, "h2o") && len(run.Result.Parts) < 5 {
					t.Errorf("%d questions", len(run.Result.Parts))
				}
			}
			if answers[0] != answers[1] {
				t.Errorf("one worker: %s, two: %s", answers[0], answers[1])
			}
		})
	}
}
