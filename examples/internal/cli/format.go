package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"anabranch.dev/df"
)

// Format is how a plan is printed, as a flag that may stand alone: -explain, or
// -explain=svg. It implements [flag.Value].
type Format string

var formats = map[Format]func(*df.Plan) string{
	"text":    (*df.Plan).String,
	"dot":     (*df.Plan).DOT,
	"mermaid": (*df.Plan).Mermaid,
	"svg":     (*df.Plan).SVG,
	"json":    asJSON,
}

func asJSON(p *df.Plan) string {
	text, err := json.MarshalIndent(p, "", "\t")
	if err != nil {
		panic(err) // it holds numbers and texts
	}
	return string(text) + "\n"
}

// Set takes the name of a format, or what stands for the flag alone.
func (f *Format) Set(name string) error {
	if on, err := strconv.ParseBool(name); err == nil {
		*f = ""
		if on {
			*f = "text"
		}
		return nil
	}
	if formats[Format(name)] == nil {
		return fmt.Errorf("the formats are %s", strings.Join(names(), ", "))
	}
	*f = Format(name)
	return nil
}

// names lists the formats.
func names() (list []string) {
	for _, f := range slices.Sorted(maps.Keys(formats)) {
		list = append(list, string(f))
	}
	return list
}

// String is the name of the format, or empty.
func (f *Format) String() string { return string(*f) }

// IsBoolFlag says that the flag may stand alone.
func (f *Format) IsBoolFlag() bool { return true }
