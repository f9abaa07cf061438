// Package glob expands file patterns: those of [path/filepath.Match], and **,
// which stands for any number of directories, none included.
//
//	logs/*.log         the logs in one directory
//	logs/**/*.log      those below it at any depth as well
//	src/**             every file below src
package glob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNoMatch means that a pattern matches no file.
var ErrNoMatch = errors.New("no file matches the pattern")

// Expand returns the files that pattern names, in the order of their paths. A
// path that exists is itself, whatever characters are in it, and one without
// special characters need not exist: opening it will tell. Directories are
// matched by no pattern, hidden files only by one that names the dot, and
// symbolic links to directories are not entered by **.
func Expand(pattern string) ([]string, error) {
	if _, err := os.Lstat(pattern); err == nil || !strings.ContainsAny(pattern, `*?[`) {
		return []string{pattern}, nil
	}
	parts := strings.Split(filepath.ToSlash(pattern), "/")
	for _, p := range parts {
		if _, err := filepath.Match(p, ""); err != nil {
			return nil, fmt.Errorf("file pattern %q: %w", pattern, err)
		}
	}
	root := ""
	if filepath.IsAbs(pattern) {
		root, parts = parts[0]+"/", parts[1:]
	}
	e := expander{}
	if err := e.walk(root, parts); err != nil {
		return nil, fmt.Errorf("file pattern %q: %w", pattern, err)
	}
	if len(e.found) == 0 {
		return nil, fmt.Errorf("file pattern %q: %w", pattern, ErrNoMatch)
	}
	slices.Sort(e.found)
	return slices.Compact(e.found), nil
}

type expander struct{ found []string }

// walk matches the entries of dir, which is empty or ends in a separator,
// against the parts that are left of the pattern.
func (e *expander) walk(dir string, parts []string) error {
	part, rest := parts[0], parts[1:]
	switch {
	case part == "**" && len(rest) == 0:
		return e.walk(dir, []string{"**", "*"})
	case part == "**":
		if err := e.walk(dir, rest); err != nil {
			return err
		}
	case !strings.ContainsAny(part, `*?[`):
		return e.literal(dir, part, rest)
	}
	entries, err := os.ReadDir(orDot(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, d := range entries {
		if err := e.entry(dir, d, parts); err != nil {
			return err
		}
	}
	return nil
}

func (e *expander) literal(dir, name string, rest []string) error {
	info, err := os.Stat(dir + name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 0 && !info.IsDir():
		e.found = append(e.found, dir+name)
	case len(rest) > 0 && info.IsDir():
		return e.walk(dir+name+"/", rest)
	}
	return nil
}

func (e *expander) entry(dir string, d fs.DirEntry, parts []string) error {
	part, rest, name := parts[0], parts[1:], d.Name()
	if strings.HasPrefix(name, ".") && !strings.HasPrefix(part, ".") {
		return nil
	}
	if part == "**" {
		if !d.IsDir() {
			return nil
		}
		return e.walk(dir+name+"/", parts)
	}
	if ok, _ := filepath.Match(part, name); !ok {
		return nil
	}
	if len(rest) > 0 && d.Type().IsRegular() {
		return nil
	}
	return e.literal(dir, name, rest)
}

func orDot(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}
