package status_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/df/status"
	"anabranch.dev/exec"
)

// A metric is a sample as the parser found it.
type metric struct {
	name   string
	labels map[string]string
	value  float64
}

var (
	metaLine   = regexp.MustCompile(`^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$`)
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? ([^ ]+)$`)
	labelPart  = regexp.MustCompile(`^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|\})`)
)

// parseMetrics reads OpenMetrics text, and refuses what the specification does not allow
// of what is used here.
func parseMetrics(text string) (samples []metric, err error) {
	body, ok := strings.CutSuffix(text, "# EOF\n")
	if !ok || strings.Contains(body, "# EOF") {
		return nil, errors.New("the text does not end in # EOF")
	}
	kinds := map[string]string{}
	seen := map[string]bool{}
	family, stage := "", ""
	for i, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
		fail := func(format string, args ...any) error {
			return fmt.Errorf("line %d, %q: %s", i+1, line, fmt.Sprintf(format, args...))
		}
		if m := metaLine.FindStringSubmatch(line); m != nil {
			switch {
			case m[1] == "TYPE":
				if kinds[m[2]] != "" {
					return nil, fail("a second family of that name")
				}
				if !slices.Contains([]string{"counter", "gauge", "stateset"}, m[3]) {
					return nil, fail("type")
				}
				if strings.HasSuffix(m[2], "_total") || strings.HasSuffix(m[2], "_created") {
					return nil, fail("the suffix is for samples")
				}
				family, kinds[m[2]] = m[2], m[3]
			case m[2] != family || stage == "sample":
				return nil, fail("not where family %s begins", family)
			case m[1] == "UNIT" && (!strings.HasSuffix(family, "_"+m[3]) || kinds[family] == "stateset"):
				return nil, fail("unit")
			case m[1] == "HELP" && strings.ContainsAny(m[3], `\"`):
				return nil, fail("help")
			}
			stage = m[1]
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			return nil, fail("no sample")
		}
		stage = "sample"
		s := metric{name: m[1], labels: map[string]string{}}
		for rest := strings.TrimPrefix(m[2], "{"); rest != ""; {
			l := labelPart.FindStringSubmatch(rest)
			if l == nil {
				return nil, fail("labels at %q", rest)
			}
			if _, twice := s.labels[l[1]]; twice {
				return nil, fail("label %s twice", l[1])
			}
			s.labels[l[1]] = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\"`, `"`).Replace(l[2])
			if rest = rest[len(l[0]):]; (rest == "") != (l[3] == "}") {
				return nil, fail("end of labels")
			}
		}
		if s.value, err = strconv.ParseFloat(m[3], 64); err != nil {
			return nil, fail("%v", err)
		}
		suffix, ok := strings.CutPrefix(s.name, family)
		allowed := map[string][]string{"counter": {"_total", "_created"}, "gauge": {""}, "stateset": {""}}[kinds[family]]
		if !ok || !slices.Contains(allowed, suffix) {
			return nil, fail("not of family %s, a %s", family, kinds[family])
		}
		if kinds[family] == "counter" && !(s.value >= 0) || kinds[family] == "stateset" && (s.value != 0 && s.value != 1 || s.labels[family] == "") {
			return nil, fail("value")
		}
		if key := fmt.Sprint(s.name, s.labels); seen[key] {
			return nil, fail("a second time")
		} else {
			seen[key] = true
		}
		samples = append(samples, s)
	}
	return samples, nil
}

func scrape(t *testing.T, page *status.Page) []metric {
	t.Helper()
	samples, err := parseMetrics(text(t, get(t, page, "/metrics")))
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

// valueOf finds one sample by its name and labels.
func valueOf(samples []metric, name string, labels ...string) (float64, bool) {
	for _, s := range samples {
		ok := s.name == name
		for i := 0; i < len(labels) && ok; i += 2 {
			ok = s.labels[labels[i]] == labels[i+1]
		}
		if ok {
			return s.value, true
		}
	}
	return 0, false
}

func TestMetrics(t *testing.T) {
	page := status.New()
	old := start(t, page, "nightly")
	old.Tell(progress(100))
	old.End(nil)
	start(t, page, "bad").End(errors.New("boom"))
	run := start(t, page, "nightly")
	run.Tell(progress(40))
	start(t, page, "broken \xff UTF-8 "+nasty).Tell(progress(60))
	start(t, page, "silent")
	samples := scrape(t, page)
	for _, test := range []struct {
		want   float64
		name   string
		labels []string
	}{
		{1, "anabranch_runs_ended_total", []string{"result", "done"}},
		{1, "anabranch_runs_ended_total", []string{"result", "failed"}},
		{0, "anabranch_runs_ended_total", []string{"result", "cancelled"}},
		{1, "anabranch_run_state", []string{"run", "nightly", "anabranch_run_state", "running"}},
		{0, "anabranch_run_state", []string{"run", "nightly", "anabranch_run_state", "done"}},
		{1, "anabranch_run_state", []string{"run", "bad", "anabranch_run_state", "failed"}},
		{40, "anabranch_run_elapsed_seconds", []string{"run", "nightly"}},
		{0.5, "anabranch_run_done_ratio", []string{"run", "broken \uFFFD UTF-8 " + nasty}},
		{64 << 20, "anabranch_run_memory_limit_bytes", []string{"run", "nightly"}},
		{1.6e9, "anabranch_run_input_bytes_total", []string{"run", "nightly"}},
		{24, "anabranch_pipeline_blocked_seconds_total", []string{"run", "nightly", "pipeline", "1"}},
		{40e6, "anabranch_operator_rows_in_total", []string{"run", "nightly", "operator", "1", "op", "lines", "label", ""}},
		{0, "anabranch_operator_rows_in_total", []string{"run", "nightly", "operator", "4", "op", "sort", "label", nasty}},
		{240e6, "anabranch_operator_spill_bytes_total", []string{"run", "nightly", "operator", "3"}},
		{3.4, "anabranch_operator_skew_ratio", []string{"run", "nightly", "operator", "3"}},
	} {
		if got, ok := valueOf(samples, test.name, test.labels...); !ok || got != test.want {
			t.Errorf("%s %q is %v, want %v", test.name, test.labels, got, test.want)
		}
	}
	for _, unknown := range [][]string{
		{"anabranch_pipeline_done_ratio", "pipeline", "3"}, {"anabranch_operator_skew_ratio", "operator", "1"}, {"anabranch_run_workers", "run", "silent"},
	} {
		if v, ok := valueOf(samples, unknown[0], unknown[1:]...); ok {
			t.Errorf("%q is %v, although it is not known", unknown, v)
		}
	}
}

// TestFewMetrics: there are no more of them for many runs, or for a very large plan.
func TestFewMetrics(t *testing.T) {
	page := status.New()
	large := progress(40)
	for len(large.Operators) < 1000 {
		large.Operators = append(large.Operators, large.Operators[1])
	}
	run := func(name string, p exec.Progress) {
		w := start(t, page, name)
		w.Tell(p)
		w.End(nil)
	}
	run("same", large)
	first := scrape(t, page)
	rest, _ := valueOf(first, "anabranch_operator_rows_in_total", "operator", "others")
	if want := 800 * 200e6; rest != want {
		t.Errorf("other operators took %v rows, want %v", rest, want)
	}
	for range 30 {
		run("same", large)
	}
	if n := len(scrape(t, page)); n != len(first) {
		t.Errorf("%d metrics, and then %d", len(first), n)
	}
	small := len(first)
	for i := range 40 {
		run(fmt.Sprint("run ", i), progress(40))
		if i == 0 {
			small = len(scrape(t, page)) - len(first)
		}
	}
	if n := len(scrape(t, page)); n > 21*small {
		t.Errorf("%d metrics of 20 runs, %d of one", n, small)
	}
}
