package tree

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

const module = "anabranch.dev"

// root is the top of the repository, seen from this package's folder.
const root = "../.."

// A check is one rule of the repository.
type check struct {
	name string
	mend string
	find func(*tree) []string
}

var checks = []check{
	{"package comment", "write one comment above one package clause: what the package is for (\"Package name ...\")", packageComments},
	{"gofmt", "run gofmt -w on the file", unformatted},
	{"doc comments", "say what the identifier is, its units, limits and errors, or do not export it", undocumented},
	{"length of files", "look for the second idea in the file and give it its own", longFiles},
	{"unsafe", "move the code to a file named *_unsafe.go and write the invariant above each use", unsafeFiles},
	{"import directions", "move the shared code down, or pass what is needed through an interface", wrongImports},
	{"size of files", "keep data out of the repository; bench/data generates inputs", bigFiles},
	{"machine paths", "use a path relative to the repository, a flag or a temporary folder", machinePaths},
	{"documented commands", "mend the command or what it names", brokenCommands},
	{"links", "mend the link", brokenLinks},
}

func TestTree(t *testing.T) {
	tr := load(t, os.DirFS(root), kept(root))
	if len(tr.files) == 0 || tr.files["go.mod"] == nil {
		t.Fatalf("no go.mod among the %d files of %s", len(tr.files), root)
	}
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			found := c.find(tr)
			for _, f := range found {
				t.Error(f)
			}
			if len(found) > 0 {
				t.Log("to mend: " + c.mend)
			}
		})
	}
}

// A tree is what the checks look at. Paths are relative to the root, with slashes.
type tree struct {
	files map[string][]byte
	paths []string             // of files, sorted
	fset  *token.FileSet       //
	goes  map[string]*ast.File // the module's own Go files; imports only where newer tells so
	dirs  map[string][]string  // package folder to its Go files, sorted
	newer map[string]bool      // Go files for a newer Go than the one that runs
}

// load reads the files of fsys for which keep is true. Go files under testdata and in nested modules are not
// parsed.
func load(t *testing.T, fsys fs.FS, keep func(string) bool) *tree {
	t.Helper()
	tr := &tree{
		files: map[string][]byte{},
		fset:  token.NewFileSet(),
		goes:  map[string]*ast.File{},
		dirs:  map[string][]string{},
		newer: map[string]bool{},
	}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".git":
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || !keep(p):
			return nil
		}
		src, err := fs.ReadFile(fsys, p)
		tr.files[p] = src
		tr.paths = append(tr.paths, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tr.paths {
		if path.Ext(p) == ".go" && !strings.Contains("/"+p, "/testdata/") && !tr.nested(p) {
			tr.parse(t, p)
		}
	}
	return tr
}

func (tr *tree) parse(t *testing.T, p string) {
	t.Helper()
	mode := parser.ParseComments | parser.SkipObjectResolution
	if newer(tr.files[p]) {
		tr.newer[p] = true
		mode |= parser.ImportsOnly
	}
	f, err := parser.ParseFile(tr.fset, p, tr.files[p], mode)
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	tr.goes[p] = f
	tr.dirs[path.Dir(p)] = append(tr.dirs[path.Dir(p)], p)
}

// nested tells whether p belongs to a module inside this one, which has its own rules.
func (tr *tree) nested(p string) bool {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if tr.files[dir+"/go.mod"] != nil {
			return true
		}
	}
	return false
}

// where returns the file and line of a node.
func (tr *tree) where(n ast.Node) string {
	p := tr.fset.Position(n.Pos())
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// newer tells whether the build constraint of a file asks for a newer Go than the one that runs: such a file may be
// written in a language that this parser does not know.
func newer(src []byte) bool {
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "package ") {
			return false
		}
		if !constraint.IsGoBuild(line) {
			continue
		}
		expr, err := constraint.Parse(line)
		if err != nil {
			return false // vet says so
		}
		return minorOf(constraint.GoVersion(expr)) > minorOf(runtime.Version())
	}
	return false
}

// minorOf returns 26 for "go1.26.3", 0 for what is not a release.
func minorOf(version string) int {
	rest, _ := strings.CutPrefix(version, "go1.")
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	n, err := strconv.Atoi(rest[:end])
	if err != nil {
		return 0
	}
	return n
}

// kept returns what tells the repository's files, tracked or about to be, from build outputs. Without git every
// file is kept.
func kept(root string) func(string) bool {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return func(string) bool { return true }
	}
	known := map[string]bool{}
	for p := range strings.SplitSeq(string(out), "\x00") {
		known[p] = true
	}
	return func(p string) bool { return known[p] }
}

// isTest tells whether a Go file is only for tests: by its name, or because its package is a test kit.
func isTest(p string) bool {
	return strings.HasSuffix(p, "_test.go") || strings.HasSuffix(path.Dir(p), "test")
}

// under tells whether a folder is dir or below it.
func under(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }
