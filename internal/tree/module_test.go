package tree

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// offline matches what go says when it cannot reach the module proxy.
var offline = regexp.MustCompile(`dial tcp|no such host|connection refused|i/o timeout|TLS handshake timeout|network is unreachable|module lookup disabled`)

func TestModuleIsTidy(t *testing.T) {
	load(t, os.DirFS(root), kept(root)) // read what the answer depends on, so that a cached result knows when it is old
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "mod", "tidy", "-diff")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
	case offline.Match(out) || ctx.Err() != nil:
		t.Skipf("cannot ask the module proxy:\n%s", out)
	default:
		t.Errorf("go mod tidy would change go.mod or go.sum: %v\n%s\nto mend: run go mod tidy", err, out)
	}
}

// TestDirectDependencies holds go.mod against the table: a dependency that is no longer imported, or a tool, is not
// seen by the imports.
func TestDirectDependencies(t *testing.T) {
	gomod := string(load(t, os.DirFS(root), kept(root)).files["go.mod"])
	for _, m := range directRequirements(gomod) {
		if !slices.ContainsFunc(dependencies, func(d dependency) bool { return under(m, d.path) }) {
			t.Errorf("go.mod requires %s, which is not in the table of dependencies", m)
		}
	}
	if !regexp.MustCompile(`(?m)^go 1\.26(\.0)?$`).MatchString(gomod) {
		t.Error("go.mod does not say go 1.26, the oldest version that the library supports; a dependency that asks for more is too new")
	}
}

// directRequirements returns the paths of the modules that go.mod requires, without those marked indirect.
func directRequirements(gomod string) (paths []string) {
	inBlock := false
	for line := range strings.Lines(gomod) {
		line = strings.TrimSpace(line)
		rest, one := strings.CutPrefix(line, "require ")
		switch {
		case line == "require (":
			inBlock = true
			continue
		case line == ")":
			inBlock = false
		}
		if path, _, ok := strings.Cut(rest, " "); ok && (one || inBlock) && !strings.Contains(line, "// indirect") {
			paths = append(paths, path)
		}
	}
	return paths
}
