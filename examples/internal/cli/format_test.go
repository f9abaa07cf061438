package cli

import (
	"flag"
	"io"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	for args, want := range map[string]Format{
		"": "", "-explain": "text", "-explain=text": "text", "-explain=svg": "svg", "-explain=json": "json",
		"-explain=false": "", "-explain=svg -explain=dot": "dot", "-explain svg": "text",
	} {
		var f Format
		set := flag.NewFlagSet("test", flag.ContinueOnError)
		set.Var(&f, "explain", "")
		if err := set.Parse(strings.Fields(args)); err != nil || f != want {
			t.Errorf("%q: format %q, %v, want %q", args, f, err, want)
		}
	}
	var f Format
	set := flag.NewFlagSet("test", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Var(&f, "explain", "")
	if err := set.Parse([]string{"-explain=png"}); err == nil || !strings.Contains(err.Error(), "the formats are dot, json, mermaid, svg, text") {
		t.Errorf("an unknown format: %v", err)
	}
}
