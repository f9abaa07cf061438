package examples_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the picture of the plan in README.md")

// TestReadmePlan holds that the picture in README.md is that of the plan of the program
// beside it, with its lines.
func TestReadmePlan(t *testing.T) {
	const picture = "docs/wordcount.svg"
	if !strings.Contains(read(t, "../README.md"), "]("+picture+")") {
		t.Errorf("README.md does not show %s", picture)
	}
	program, _ := readmeCode(t)
	before, after, ok := strings.Cut(program, "\tfor kv, err := range df.All(")
	if !ok {
		t.Fatal("the program of README.md does not range over its rows")
	}
	before += "\tfmt.Print(df.Explain(top).SVG())\n\treturn\n"
	dir := t.TempDir()
	source, bin := filepath.Join(dir, "main.go"), filepath.Join(dir, "program.exe")
	if err := os.WriteFile(source, []byte(before+"\tfor kv, err := range df.All("+after), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := build(bin, source); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	svg, err := exec.Command(bin, "*.txt").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", filepath.FromSlash(picture))
	if *update {
		if err := os.WriteFile(path, svg, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, path) != string(svg) {
		t.Errorf("%s is not the plan of the program in README.md any more; this draws it again:\ngo test ./examples -run TestReadmePlan -update", picture)
	}
}
