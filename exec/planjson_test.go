package exec

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestPlanJSONWrong reads what cannot be a plan. TestPlanJSON of df reads plans.
func TestPlanJSONWrong(t *testing.T) {
	const pipes = `"pipelines":[{"operators":[0],"origins":[0],"after":[]}]`
	for text, want := range map[string]string{
		`[]`:                                                       "cannot unmarshal array",
		`{"operators":[{"role":"sink"}]}`:                          "operator 0 has 0 inputs",
		`{"operators":[{"inputs":[0]}]}`:                           "operator 0 has 1 inputs, from 0 pipelines",
		`{"operators":[{"gives":1}]}`:                              "gives rows to pipeline 1, of 0",
		`{"operators":[{"gives":-1}]}`:                             "gives rows to pipeline -1",
		`{` + pipes + `}`:                                          "pipeline 1 has the operator 0, of 0",
		`{"pipelines":[{"after":[0]}]}`:                            "pipeline 1 is after 0, of 1",
		`{"operators":[{"inputs":[1],"takes":[0]}]}`:               "operator 0 has the input 1, of 1",
		`{"operators":[{"inputs":[0],"takes":[2]}],` + pipes + `}`: "takes rows of pipeline 2, of 1",
		`{"operators":[{"inputs":[0],"takes":[1]}],` + pipes + `}`: "operator 0 feeds itself",
		`{"operators":[{"role":"probe","inputs":[1],"takes":[1]},{}],` + pipes + `}`: "operator 0 has 1 inputs",
	} {
		p := &Plan{Operators: []Operator{{Op: "kept"}}}
		err := json.Unmarshal([]byte(text), p)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if len(p.Operators) != 1 || p.Operators[0].Op != "kept" {
			t.Errorf("%s: what cannot be read has changed the plan", text)
		}
	}
	for _, text := range []string{`{}`, `{"operators":null,"pipelines":null}`, `{"operators":[{"op":"lines","role":"source","gives":1}],` + pipes + `}`} {
		p := &Plan{}
		if err := json.Unmarshal([]byte(text), p); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		for _, drawn := range []string{p.String(), p.SVG(), p.DOT(), p.Mermaid()} {
			if drawn == "" {
				t.Errorf("%s: draws nothing", text)
			}
		}
	}
}
