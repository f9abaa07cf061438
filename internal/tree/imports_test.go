package tree

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A direction says what the packages under one folder may not import of this module. A folder stands for all below
// it; "" is the whole module.
type direction struct {
	from   string
	not    []string
	except []string // folders that may be imported although not names them
	why    string
}

var directions = []direction{
	{"df", []string{"remote", "bench", "examples"}, nil,
		"a local program links no network code; remote is handed in through an interface of exec"},
	{"df", []string{"df/parquetio"}, nil,
		"only a program that imports it links the code of the format"},
	{"remote", []string{"df", "bench", "examples"}, nil,
		"remote runs any plan and knows exec and internal/plan only"},
	{"exec", []string{"df", "remote", "bench", "examples"}, nil,
		"the engine is below both doors"},
	{"spill", []string{""}, []string{"spill", "internal"},
		"spill is useful alone"},
	{"internal", []string{""}, []string{"internal"},
		"what is inside serves the public packages and knows none of them"},
	{"examples", []string{""}, []string{"df", "remote", "examples"},
		"an example is what a user can write"},
}

// A dependency is a module that the library may use, with its reason.
type dependency struct {
	path string
	test bool     // in tests only
	only []string // folders that may; none: all
	why  string
}

var dependencies = []dependency{
	{"golang.org/x/sync", false, nil, "errgroup: goroutines with a named end"},
	{"github.com/klauspost/compress", false, nil, "s2 and zstd"},
	{"github.com/cespare/xxhash/v2", false, nil, "a hash that is the same in every process"},
	{"github.com/hashicorp/yamux", false, nil, "many streams over one ssh connection"},
	{"github.com/parquet-go/parquet-go", false, []string{"df/parquetio", "bench"}, "pages of Parquet files; bench makes such files"},
	{"github.com/google/go-cmp", true, nil, "differences of whole results"},
}

// wrongImports holds every import against directions and dependencies. What tests import from this module is
// free.
func wrongImports(tr *tree) (found []string) {
	for p, f := range tr.eachGo {
		for _, s := range f.Imports {
			imported, err := strconv.Unquote(s.Path.Value)
			if err != nil {
				continue // the parser says so
			}
			if why := wrongImport(p, imported); why != "" {
				found = append(found, fmt.Sprintf("%s: imports %s: %s", tr.where(s), imported, why))
			}
		}
	}
	return found
}

// wrongImport returns why the file p may not import a package, or "".
func wrongImport(p, imported string) string {
	first, _, _ := strings.Cut(imported, "/")
	switch {
	case under(imported, module):
		if isTest(p) {
			return ""
		}
		return wrongDirection(path.Dir(p), strings.TrimPrefix(strings.TrimPrefix(imported, module), "/"))
	case strings.Contains(first, "."):
		return wrongDependency(p, imported)
	case under(imported, "net") && !isTest(p) && local(path.Dir(p)):
		return "a local program links no network code: pages are in df/status"
	case under(imported, "testing") && !isTest(p):
		return "public packages bring no test framework into a program; a test kit is a package whose name ends in test"
	}
	return ""
}

// local tells whether a folder has packages of a program that runs plans on this machine.
func local(dir string) bool {
	return !under(dir, "df/status") && slices.ContainsFunc([]string{"df", "exec", "spill", "internal"}, func(d string) bool { return under(dir, d) })
}

func wrongDirection(from, to string) string {
	for _, d := range directions {
		within := func(dir string) bool { return dir == "" || under(to, dir) }
		if under(from, d.from) && slices.ContainsFunc(d.not, within) && !slices.ContainsFunc(d.except, within) {
			return fmt.Sprintf("%s must not: %s", d.from, d.why)
		}
	}
	return ""
}

func wrongDependency(p, imported string) string {
	for _, d := range dependencies {
		switch {
		case !under(imported, d.path):
		case d.test && !isTest(p):
			return "it is for tests only"
		case d.only != nil && !slices.ContainsFunc(d.only, func(dir string) bool { return under(path.Dir(p), dir) }):
			return "it is for " + strings.Join(d.only, " and ") + " only: other programs are not to link it"
		default:
			return ""
		}
	}
	return "it is not one of the modules agreed on; a further one needs its reason in docs/decisions and a row here"
}
