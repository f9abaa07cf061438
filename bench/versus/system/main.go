// System does the jobs with what a shell has: sort, and awk for what is counted. There is mawk or gawk or another awk;
// the fastest that is installed is taken.
package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"anabranch.dev/bench/internal/trial"
)

// awks are programs that understand the scripts, the fastest first.
var awks = []string{"mawk", "gawk", "awk"}

func main() {
	jobs := map[string]trial.Func{}
	var versions []string
	if path, err := exec.LookPath("sort"); err == nil {
		for _, name := range []string{"sort", "sort-presorted", "sort-few"} {
			jobs[name] = sorting(path)
		}
		versions = append(versions, version(path, "--version"))
	}
	for _, name := range awks {
		if path, err := exec.LookPath(name); err == nil {
			for job, script := range scripts {
				jobs[job] = awk(path, script)
			}
			flag := "--version"
			if name == "mawk" {
				flag = "-Wversion"
			}
			versions = append(versions, version(path, flag))
			break
		}
	}
	trial.Main(trial.Contender{
		Name:     "system",
		About:    "sort and awk",
		Version:  strings.Join(versions, "; "),
		Settings: "LC_ALL=C; sort --parallel and --buffer-size; awk has one thread and no limit of memory",
	}, jobs)
}

// version is the first line of what a program says of itself.
func version(path, flag string) string {
	out, err := exec.Command(path, flag).CombinedOutput()
	if err != nil {
		return path + ", which does not tell its version: " + err.Error()
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

var environment = []string{"LC_ALL=C"}

func sorting(path string) trial.Func {
	return func(ctx context.Context, s *trial.Session) error {
		args := []string{"--parallel=" + strconv.Itoa(s.Workers), "-T", s.TempDir, "-o", s.Output, s.Inputs[0]}
		if s.Memory > 0 {
			args = append([]string{fmt.Sprintf("--buffer-size=%db", s.Memory)}, args...)
		}
		return s.Exec(ctx, "", environment, path, args...)
	}
}

// scripts are the jobs in awk. Temperatures are added up in tenths, so that sums are exact.
var scripts = map[string]string{
	"lines":        `{ bytes += length($0) } END { printf "%d lines of %d bytes\n", NR, bytes }`,
	"wordcount":    countWords,
	"wordcount-3m": countWords,
	"1brc":         summarise,
	"1brc-10k":     summarise,
	"csv": `BEGIN { FS = "," } NR > 1 && $4 <= 50 { n++; a += $7; b += $8; if ($9 > c) c = $9 + 0 }
		END { printf "%d %d %d %.6f\n", n, a, b, c }`,
}

const (
	countWords = `{ for (i = 1; i <= NF; i++) n[$i]++ } END { for (w in n) printf "%s\t%d\n", w, n[w] }`
	summarise  = `BEGIN { FS = ";" } { t = $2 < 0 ? int($2 * 10 - 0.5) : int($2 * 10 + 0.5)
		if (!($1 in n) || t < least[$1]) least[$1] = t
		if (!($1 in n) || t > most[$1]) most[$1] = t
		n[$1]++; sum[$1] += t }
		END { for (s in n) printf "%s;%.1f;%.1f;%.1f\n", s, least[s] / 10, sum[s] / n[s] / 10, most[s] / 10 }`
)

func awk(path, script string) trial.Func {
	return func(ctx context.Context, s *trial.Session) error {
		return s.Exec(ctx, s.Output, environment, path, script, s.Inputs[0])
	}
}
