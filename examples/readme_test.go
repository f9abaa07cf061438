package examples_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readmeCode returns two of the blocks of Go in README.md: the program, and its
// plan as methods. The other blocks are parts of programs.
func readmeCode(t *testing.T) (program, methods string) {
	t.Helper()
	for i, part := range strings.Split("\n"+read(t, "../README.md"), "\n```") {
		code, ok := strings.CutPrefix(part, "go\n")
		switch {
		case !ok || i%2 == 0:
		case strings.HasPrefix(code, "package main\n"):
			program += code + "\n"
		case strings.HasPrefix(code, "\ttop := "):
			methods += code + "\n"
		}
	}
	if program == "" || methods == "" {
		t.Fatal("README.md does not have the program, and its plan as methods")
	}
	return program, methods
}

// countsWords builds a program and has it count the words of two files.
func countsWords(t *testing.T, program string) {
	t.Helper()
	dir := t.TempDir()
	source, bin := filepath.Join(dir, "main.go"), filepath.Join(dir, "program.exe")
	if err := os.WriteFile(source, []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := build(bin, source); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, program)
	}
	text := "the end of the end\nOf the\n"
	cmd := exec.Command(bin, file(t, text), file(t, "The start"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := string(out), "4 the\n2 end\n2 of\n1 start\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestReadmeProgram(t *testing.T) {
	program, _ := readmeCode(t)
	countsWords(t, program)
}

// TestReadmeCommands holds that the main job and the tests are one command each.
func TestReadmeCommands(t *testing.T) {
	lines := strings.Split(read(t, "../README.md"), "\n")
	for _, command := range []string{"go run ./examples/wordcount", "go test ./..."} {
		i := slices.Index(lines, command)
		if i < 1 || fmt.Sprint(lines[i-1], lines[i+1]) != "```sh```" {
			t.Errorf("README.md has no block of shell text with just %q", command)
		}
	}
}
