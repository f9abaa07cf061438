package tree

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A command is one line of a fenced block of shell text in a document.
type command struct {
	at   string // file:line
	args []string
}

// brokenCommands finds lines of shell text in the documents that begin with go, or run a script of the repository,
// and name a package, a file or a flag that does not exist.
func brokenCommands(tr *tree) (found []string) {
	for p, text := range tr.documents {
		for _, c := range shellCommands(p, text) {
			if why := tr.brokenCommand(c.args); why != "" {
				found = append(found, fmt.Sprintf("%s: %s: %s", c.at, strings.Join(c.args, " "), why))
			}
		}
	}
	return found
}

// shellCommands returns the commands in fenced blocks marked sh, bash, shell or console. In a console block only
// lines with a prompt are commands. Assignments before a command are left out; a pipe or a comment ends it.
func shellCommands(p, text string) (commands []command) {
	fence := ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "```"); ok {
			if fence != "" {
				fence = ""
			} else if fence = strings.TrimSpace(rest); fence == "" {
				fence = "text"
			}
			continue
		}
		line, prompt := strings.CutPrefix(line, "$ ")
		if !slices.Contains([]string{"sh", "bash", "shell", "console"}, fence) || fence == "console" && !prompt {
			continue
		}
		for part := range strings.SplitSeq(line, "&&") {
			args := strings.Fields(part)
			for len(args) > 0 && strings.Contains(args[0], "=") {
				args = args[1:]
			}
			if end := slices.IndexFunc(args, func(a string) bool { return strings.ContainsAny(a[:1], "#|<>;") }); end >= 0 {
				args = args[:end]
			}
			if len(args) > 0 {
				commands = append(commands, command{fmt.Sprintf("%s:%d", p, i+1), args})
			}
		}
	}
	return commands
}

// brokenCommand returns what is wrong with a command, or "".
func (tr *tree) brokenCommand(args []string) string {
	if args[0] != "go" {
		if p := path.Clean(args[0]); strings.Contains(args[0], "/") && !path.IsAbs(p) && !strings.HasPrefix(p, "$") && !tr.exists(p) {
			return p + " is not in the repository"
		}
		return ""
	}
	if len(args) < 2 || !slices.Contains([]string{"run", "test", "build", "vet", "install", "doc", "list"}, args[1]) {
		return ""
	}
	for i, a := range args[2:] {
		dir, ok := packageDir(a)
		switch {
		case !ok:
			continue
		case strings.HasSuffix(dir, "..."):
			if dir = strings.TrimSuffix(strings.TrimSuffix(dir, "..."), "/"); dir != "" && !tr.exists(dir) {
				return dir + " is not in the repository"
			}
		case tr.dirs[dir] == nil && dir != ".":
			return "there is no package in " + dir
		}
		if args[1] == "run" {
			return tr.unknownFlag(dir, args[i+3:])
		}
	}
	return ""
}

// packageDir returns the folder that an argument of the go command names, if it names one of this module.
func packageDir(arg string) (string, bool) {
	if arg == "." {
		return ".", true
	}
	if dir, ok := strings.CutPrefix(arg, "./"); ok {
		return strings.TrimSuffix(dir, "/"), true
	}
	dir, ok := strings.CutPrefix(arg, module+"/")
	dir, _, _ = strings.Cut(dir, "@")
	return dir, ok
}

// unknownFlag returns which of the arguments is a flag that the command in dir does not define. Flags end at the
// first argument that is neither a flag nor, perhaps, the value of the flag before.
func (tr *tree) unknownFlag(dir string, args []string) string {
	defined := map[string]bool{"h": true, "help": true}
	for _, p := range tr.dirs[dir] {
		for name := range definedFlags(tr.goes[p]) {
			defined[name] = true
		}
		for _, s := range tr.goes[p].Imports { // flags that several commands have
			imported, _ := strconv.Unquote(s.Path.Value)
			shared, ours := strings.CutPrefix(imported, module+"/")
			if !ours || isTest(p) || !strings.Contains(shared, "internal/") {
				continue
			}
			for _, p := range tr.dirs[shared] {
				for name := range definedFlags(tr.goes[p]) {
					defined[name] = true
				}
			}
		}
	}
	for _, a := range args {
		name, isFlag := strings.CutPrefix(a, "-")
		name, _, _ = strings.Cut(strings.TrimPrefix(name, "-"), "=")
		if isFlag && name != "" && !defined[name] {
			return fmt.Sprintf("the command has no flag -%s", name)
		}
	}
	return ""
}

// definedFlags ranges over the names that a file gives to functions and methods of package flag.
func definedFlags(f *ast.File) func(yield func(string) bool) {
	kinds := []string{"Bool", "Int", "Int64", "Uint", "Uint64", "Float64", "String", "Duration", "Text", "Func", "BoolFunc", ""}
	return func(yield func(string) bool) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains(kinds, strings.TrimSuffix(sel.Sel.Name, "Var")) {
				return true
			}
			for _, a := range call.Args[:min(2, len(call.Args))] {
				lit, ok := a.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					continue
				}
				if name, err := strconv.Unquote(lit.Value); err == nil && !yield(name) {
					return false
				}
				break // the name comes first, then a default or what to say about it
			}
			return true
		})
	}
}
