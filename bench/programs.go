package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/bench/internal/workload"
)

// others are the folders of bench/versus, each a contender, in the order of the report.
var others = []string{"limit", "plain", "duckdb", "system", "extsort", "lo", "beam"}

// programs are what a measurement runs.
type programs struct {
	root       string // of the repository
	bin        string // where they were built
	contenders []trial.Contender
}

// root is the folder of the repository: that of the module that the command is run in.
func root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	path, dir, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if path != "anabranch.dev" {
		return "", fmt.Errorf("it is to be run in the repository, and not in module %s", path)
	}
	return dir, nil
}

// prepare builds what the workloads run, and with versus the other contenders. One of these that cannot be built is
// there with the reason.
func prepare(ctx context.Context, list []workload.Workload, versus bool) (p *programs, err error) {
	p = &programs{}
	if p.root, err = root(ctx); err != nil {
		return nil, err
	}
	cache, err := data.Dir()
	if err != nil {
		return nil, err
	}
	p.bin = filepath.Join(cache, "bin")
	if err := os.MkdirAll(p.bin, 0o777); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ours := trial.Contender{
		Name: record.Ours, About: "this library, with its exported API alone", Version: "of the repository",
		Settings: "df.Workers, df.Memory", Command: []string{self, child},
	}
	needs := map[string]bool{}
	for _, w := range list {
		ours.Workloads = append(ours.Workloads, w.Name)
		if w.Needs != "" && !needs[w.Needs] {
			needs[w.Needs] = true
			if err := p.build(ctx, p.root, w.Needs, filepath.Base(w.Needs)); err != nil {
				return nil, err
			}
		}
	}
	p.contenders = []trial.Contender{ours}
	if !versus {
		return p, nil
	}
	p.contenders = append(p.contenders, trial.Contender{
		Name: alone, About: "this library in one process", Version: "of the repository",
		Settings: "df.Workers, df.Memory", Command: []string{self, alone}, Workloads: workload.OnPeers(),
	})
	for _, name := range others {
		c, err := p.contender(ctx, name)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			c = trial.Contender{Name: name, Missing: err.Error()}
		}
		p.contenders = append(p.contenders, c)
	}
	return p, nil
}

// contender builds one of bench/versus, with what it runs itself, and asks it what it is.
func (p *programs) contender(ctx context.Context, name string) (c trial.Contender, err error) {
	dir := filepath.Join(p.root, "bench", "versus")
	if _, err := os.Stat(filepath.Join(dir, name, "go.mod")); err == nil {
		dir, name = filepath.Join(dir, name), "."
	}
	binary := "versus-" + filepath.Base(filepath.Join(dir, name))
	if err := p.build(ctx, dir, "./"+name, binary); err != nil {
		return c, err
	}
	if name == "limit" {
		for _, program := range []string{"wc", "brc", "rsort", "h2o"} {
			if err := p.build(ctx, filepath.Join(p.root, "bench", "limit"), "./"+program, "limit-"+program); err != nil {
				return c, err
			}
		}
	}
	return trial.Describe(ctx, filepath.Join(p.bin, binary))
}

// build builds a package of the module in dir. It takes the level of instructions that this command was built for.
func (p *programs) build(ctx context.Context, dir, pkg, name string) error {
	cmd := exec.CommandContext(ctx, "go", "-C", dir, "build", "-buildvcs=false", "-o", filepath.Join(p.bin, name), pkg)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if l := level(); l != "" {
		cmd.Env = append(cmd.Env, l)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return errors.New(lastLine(string(out), err))
	}
	return nil
}

// lastLine is what a program said at the end, which is what went wrong.
func lastLine(text string, err error) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return last
	}
	return err.Error()
}
