package main

import (
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
)

// limit is how many rows -top asks for.
func limit(top uint) int {
	if top == 0 {
		return math.MaxInt
	}
	return int(min(top, math.MaxInt))
}

// inputs are the files that were named, or else the Go files of the standard
// library.
func inputs(args []string) ([]string, error) {
	if len(args) > 0 {
		return args, nil
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("no PATH is given, and go does not say where its library is: %w", err)
	}
	return []string{filepath.Join(strings.TrimSpace(string(goroot)), "src/**/*.go")}, nil
}
