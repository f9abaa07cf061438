package status

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"anabranch.dev/exec"
)

// maxOperators is how many operators of a run have metrics of their own; the others have
// theirs together.
const maxOperators = 200

// writeMetrics writes the metrics of the page as OpenMetrics 1.0 asks for.
//
// The label run is the name of a run; of several runs of one name, only the last one has
// metrics, whose counters begin again with each. Names that runs under way at the same time
// would share are numbered, so that there are as many series as there are names, runs at
// one time, and operators in plans.
func writeMetrics(dst *bytes.Buffer, c *content) error {
	m := &metrics{dst: dst}
	m.family("anabranch_runs_ended", "counter", "", "Runs that have ended.")
	for _, s := range states {
		if s != Running {
			m.sample("_total", float64(c.ended[s]), "result", string(s))
		}
	}
	runs := c.runs.byName()
	m.family("anabranch_run_state", "stateset", "", "Where the last run of a name stands.")
	for _, r := range runs {
		for _, s := range states {
			m.sample("", is(r.State == s), "run", r.Name, "anabranch_run_state", string(s))
		}
	}
	for _, f := range runFamilies {
		m.family(f.name, f.kind, f.unit, f.help)
		for _, r := range runs {
			if r.Progress != nil || f.always {
				m.value(f.kind, f.of(r), r.Began, "run", r.Name)
			}
		}
	}
	for _, f := range pipelineFamilies {
		m.family(f.name, f.kind, f.unit, f.help)
		for _, r := range runs {
			if r.Progress == nil {
				continue
			}
			for i := range r.Progress.Pipelines {
				m.value(f.kind, f.of(&r.Progress.Pipelines[i]), r.Began, "run", r.Name, "pipeline", strconv.Itoa(i+1))
			}
		}
	}
	for _, f := range operatorFamilies {
		m.family(f.name, f.kind, f.unit, f.help)
		for _, r := range runs {
			m.operators(f, r)
		}
	}
	dst.WriteString("# EOF\n")
	return nil
}

// operators writes a family's samples of one run.
func (m *metrics) operators(f operatorFamily, r *Run) {
	if r.Progress == nil {
		return
	}
	rest, more := 0.0, false
	for i := range r.Progress.Operators {
		o := &r.Progress.Operators[i]
		v := f.of(o)
		if i < maxOperators {
			m.value(f.kind, v, r.Began, "run", r.Name, "operator", strconv.Itoa(i+1), "op", o.Op, "label", o.Label)
		} else if f.sums && v >= 0 {
			rest, more = rest+v, true
		}
	}
	if more {
		m.value(f.kind, rest, r.Began, "run", r.Name, "operator", "others", "op", "", "label", "")
	}
}

// byName are the last runs of each name: those under way, and ended ones whose name none
// of these has.
func (s *Runs) byName() (last []*Run) {
	known := map[string]bool{}
	for _, list := range [][]Run{s.Current, s.Recent} {
		for i := range list {
			if name := valid(list[i].Name); !known[name] {
				known[name] = true
				last = append(last, &list[i])
			}
		}
	}
	return last
}

// runFamilies are the metrics of runs. A gauge of less than 0 is not known.
var runFamilies = []struct {
	name, kind, unit, help string
	always                 bool // also before the run has told where it stands
	of                     func(*Run) float64
}{
	{"anabranch_run_elapsed_seconds", "gauge", "seconds", "How long the run has taken.", true, func(r *Run) float64 { return r.Elapsed.Seconds() }},
	{"anabranch_run_done_ratio", "gauge", "ratio", "How much of the work is done, estimated.", false, func(r *Run) float64 { return r.Progress.Share }},
	{"anabranch_run_left_seconds", "gauge", "seconds", "How long the run will still take, estimated.", false, func(r *Run) float64 { return left(r) }},
	{"anabranch_run_workers", "gauge", "", "Goroutines of each pipeline.", false, func(r *Run) float64 { return float64(r.Progress.Workers) }},
	{"anabranch_run_input_bytes", "counter", "bytes", "Input that has been read.", false, func(r *Run) float64 { return float64(r.Progress.Bytes) }},
	{"anabranch_run_input_size_bytes", "gauge", "bytes", "All input.", false, func(r *Run) float64 { return float64(r.Progress.TotalBytes) }},
	{"anabranch_run_memory_bytes", "gauge", "bytes", "What operators hold.", false, func(r *Run) float64 { return float64(r.Progress.Memory) }},
	{"anabranch_run_memory_peak_bytes", "gauge", "bytes", "The most that operators held at one time.", false, func(r *Run) float64 { return float64(r.Progress.MemoryPeak) }},
	{"anabranch_run_memory_limit_bytes", "gauge", "bytes", "What operators may hold.", false, func(r *Run) float64 { return float64(r.Progress.Budget) }},
	{"anabranch_run_disk_bytes", "gauge", "bytes", "Temporary files.", false, func(r *Run) float64 { return float64(r.Progress.Disk) }},
	{"anabranch_run_disk_peak_bytes", "gauge", "bytes", "The most that temporary files took at one time.", false, func(r *Run) float64 { return float64(r.Progress.DiskPeak) }},
}

func left(r *Run) float64 {
	if r.Progress.Left < 0 {
		return -1
	}
	return r.Progress.Left.Seconds()
}

// pipelineFamilies are the metrics of pipelines.
var pipelineFamilies = []struct {
	name, kind, unit, help string
	of                     func(*exec.PipelineProgress) float64
}{
	{"anabranch_pipeline_done_ratio", "gauge", "ratio", "How much of the pipeline's work is done, estimated.", func(p *exec.PipelineProgress) float64 { return p.Share }},
	{"anabranch_pipeline_rows", "counter", "", "Rows that began in the pipeline.", func(p *exec.PipelineProgress) float64 { return float64(p.Rows) }},
	{"anabranch_pipeline_busy_seconds", "counter", "seconds", "What workers spent in operators.", func(p *exec.PipelineProgress) float64 { return p.Busy.Seconds() }},
	{"anabranch_pipeline_blocked_seconds", "counter", "seconds", "What workers spent waiting for a turn, for input or for each other.", func(p *exec.PipelineProgress) float64 { return p.Blocked.Seconds() }},
	{"anabranch_pipeline_idle_seconds", "counter", "seconds", "What workers spent with nothing to do.", func(p *exec.PipelineProgress) float64 { return p.Idle.Seconds() }},
}

type operatorFamily struct {
	name, kind, unit, help string
	sums                   bool // several operators have the sum
	of                     func(*exec.OperatorProgress) float64
}

// operatorFamilies are the metrics of operators. Busy time is a gauge since it is
// estimated: it may shrink.
var operatorFamilies = []operatorFamily{
	{"anabranch_operator_rows_in", "counter", "", "Rows that entered the operator.", true, func(o *exec.OperatorProgress) float64 { return float64(o.RowsIn) }},
	{"anabranch_operator_rows_out", "counter", "", "Rows that left the operator.", true, func(o *exec.OperatorProgress) float64 { return float64(o.RowsOut) }},
	{"anabranch_operator_data_bytes", "counter", "bytes", "What the operator read or wrote of input and output files.", true, func(o *exec.OperatorProgress) float64 { return float64(o.Bytes) }},
	{"anabranch_operator_busy_seconds", "gauge", "seconds", "What workers spent in the operator, estimated.", true, func(o *exec.OperatorProgress) float64 { return o.Busy.Seconds() }},
	{"anabranch_operator_blocked_seconds", "gauge", "seconds", "What workers spent waiting in the operator, estimated.", true, func(o *exec.OperatorProgress) float64 { return o.Blocked.Seconds() }},
	{"anabranch_operator_memory_bytes", "gauge", "bytes", "What the operator holds.", true, func(o *exec.OperatorProgress) float64 { return float64(o.Memory) }},
	{"anabranch_operator_memory_peak_bytes", "gauge", "bytes", "The most that the operator held.", false, func(o *exec.OperatorProgress) float64 { return float64(o.MemoryPeak) }},
	{"anabranch_operator_spill_runs", "counter", "", "Sorted runs that the operator wrote to temporary files.", true, func(o *exec.OperatorProgress) float64 { return float64(o.Spill.Runs) }},
	{"anabranch_operator_spill_bytes", "counter", "bytes", "Rows in those runs.", true, func(o *exec.OperatorProgress) float64 { return float64(o.Spill.Bytes) }},
	{"anabranch_operator_spill_disk_bytes", "counter", "bytes", "What those runs took on disk.", true, func(o *exec.OperatorProgress) float64 { return float64(o.Spill.Disk) }},
	{"anabranch_operator_skew_ratio", "gauge", "ratio", "Rows of the largest piece of input, partition or range over the 75th percentile of all.", false, func(o *exec.OperatorProgress) float64 {
		if o.Skew == 0 {
			return -1
		}
		return o.Skew
	}},
}

// metrics writes families of samples.
type metrics struct {
	dst  *bytes.Buffer
	name string // of the family
}

func (m *metrics) family(name, kind, unit, help string) {
	m.name = name
	fmt.Fprintf(m.dst, "# TYPE %s %s\n", name, kind)
	if unit != "" {
		fmt.Fprintf(m.dst, "# UNIT %s %s\n", name, unit)
	}
	fmt.Fprintf(m.dst, "# HELP %s %s\n", name, help)
}

// value writes the samples of one metric. A value of less than 0 is not known.
func (m *metrics) value(kind string, v float64, created time.Time, labels ...string) {
	switch {
	case v < 0 || math.IsNaN(v):
	case kind == "counter":
		m.sample("_total", v, labels...)
		m.sample("_created", float64(created.UnixMilli())/1000, labels...)
	default:
		m.sample("", v, labels...)
	}
}

func (m *metrics) sample(suffix string, v float64, labels ...string) {
	m.dst.WriteString(m.name + suffix)
	for i := 0; i < len(labels); i += 2 {
		m.dst.WriteByte("{,"[min(i, 1)])
		m.dst.WriteString(labels[i] + `="` + escapeLabel.Replace(valid(labels[i+1])) + `"`)
	}
	m.dst.WriteString("} ")
	m.dst.WriteString(strconv.FormatFloat(v, 'f', -1, 64))
	m.dst.WriteByte('\n')
}

var escapeLabel = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// valid is a name as UTF-8, which the text has to be.
func valid(name string) string { return strings.ToValidUTF8(name, "\uFFFD") }

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
