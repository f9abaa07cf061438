package tree

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestChecksFind runs each check on a small tree that breaks its rule, and names everything that must be found.
func TestChecksFind(t *testing.T) {
	const ok = "// Package p is for the test.\npackage p\n"
	tests := []struct {
		name  string // of the check
		files map[string]string
		want  []string
	}{
		{"package comment", map[string]string{
			"none/a.go":      "package none\n",
			"none/b.go":      "//go:build purego\n\npackage none\n",
			"wrong/a.go":     "// What this is.\npackage wrong\n",
			"twice/a.go":     "// Package twice is here.\npackage twice\n",
			"twice/b.go":     "// Package twice is there.\npackage twice\n",
			"good/a.go":      "// Package good is for the test.\npackage good\n",
			"good/x_test.go": "package good_test\n",
			"cmd/main.go":    "// Cmd prints.\npackage main\n",
			"nest/go.mod":    "module nest\n",
			"nest/a.go":      "package nest\n",
		}, []string{
			`none: package none has no comment`,
			`twice: package twice has comments in twice/a.go, twice/b.go`,
			`wrong/a.go: the package comment begins "What this is.", not with "Package wrong"`,
		}},
		{"gofmt", map[string]string{
			"p/a.go":     "package p\nvar  x int\n",
			"p/newer.go": "//go:build go1.999\n\npackage p\nvar  x [int\n",
			"p/good.go":  ok,
		}, []string{"p/a.go: not as gofmt writes it"}},
		{"doc comments", map[string]string{
			"p/a.go": ok + "func F() {}\nfunc g() {}\ntype T[A any] struct{}\nfunc (*T[A]) M() {}\nfunc (T[A]) String() string\n" +
				"type t int\nfunc (t) M() {}\nconst C = 1\n// D and E are numbers.\nconst (\nD = 1\nE = 2\n)\n",
			"p/internal/a.go": ok + "func F() {}\n",
			"p/a_test.go":     "package p\nfunc F() {}\n",
		}, []string{
			"p/a.go:3: F has no doc comment",
			"p/a.go:5: type T has no doc comment",
			"p/a.go:6: M has no doc comment",
			"p/a.go:10: const C has no doc comment",
		}},
		{"length of files", map[string]string{
			"p/a.go":      ok + strings.Repeat("\n", maxLines-1),
			"p/good.go":   ok + strings.Repeat("\n", maxLines-2),
			"p/a_test.go": ok + strings.Repeat("\n", maxLines),
		}, []string{"p/a.go: 451 lines, over 450"}},
		{"unsafe", map[string]string{
			"p/a.go":        ok + "import \"unsafe\"\nvar p unsafe.Pointer\nvar s = unsafe.Sizeof(p)\n",
			"p/a_unsafe.go": ok + "import \"unsafe\"\nvar q unsafe.Pointer\n",
			"p/b.go":        ok + "import u \"unsafe\"\n",
		}, []string{"p/a.go:4: unsafe.Pointer", "p/b.go:3: package unsafe under another name"}},
		{"import directions", map[string]string{
			"df/a.go":                ok + "import _ \"anabranch.dev/exec\"\nimport _ \"anabranch.dev/remote/ssh\"\n",
			"df/agg/a.go":            ok + "import _ \"testing\"\nimport _ \"golang.org/x/sync/errgroup\"\nimport _ \"golang.org/x/synchro\"\n",
			"df/a_test.go":           ok + "import _ \"testing\"\nimport _ \"github.com/google/go-cmp/cmp\"\nimport _ \"anabranch.dev/remote\"\n",
			"df/b.go":                ok + "import _ \"net/http\"\nimport _ \"internet\"\n",
			"df/b_test.go":           ok + "import _ \"net/http\"\n",
			"df/c.go":                ok + "import _ \"anabranch.dev/df/parquetio\"\nimport _ \"github.com/parquet-go/parquet-go/format\"\n",
			"df/parquetio/a.go":      ok + "import _ \"anabranch.dev/df\"\nimport _ \"github.com/parquet-go/parquet-go\"\n",
			"df/status/a.go":         ok + "import _ \"net/http\"\n",
			"exec/a.go":              ok + "import _ \"anabranch.dev/df\"\nimport _ \"anabranch.dev/internal/plan\"\nimport _ \"github.com/google/go-cmp/cmp\"\n",
			"remote/a.go":            ok + "import _ \"anabranch.dev/df/agg\"\nimport _ \"github.com/hashicorp/yamux\"\n",
			"remote/remotetest/a.go": ok + "import _ \"testing\"\n",
			"spill/a.go":             ok + "import _ \"anabranch.dev/exec\"\nimport _ \"anabranch.dev/internal/frame\"\n",
			"internal/plan/a.go":     ok + "import _ \"anabranch.dev/internal/stamp\"\nimport _ \"anabranch.dev/exec\"\n",
			"examples/x/main.go":     ok + "import _ \"anabranch.dev/internal/stamp\"\nimport _ \"anabranch.dev/df\"\n",
		}, []string{
			"df/a.go:4: imports anabranch.dev/remote/ssh: df must not: a local program links no network code; remote is handed in through an interface of exec",
			"df/agg/a.go:3: imports testing: public packages bring no test framework into a program; a test kit is a package whose name ends in test",
			"df/agg/a.go:5: imports golang.org/x/synchro: it is not one of the modules agreed on; a further one needs its reason in docs/decisions and a row here",
			"df/b.go:3: imports net/http: a local program links no network code: pages are in df/status",
			"df/c.go:3: imports anabranch.dev/df/parquetio: df must not: only a program that imports it links the code of the format",
			"df/c.go:4: imports github.com/parquet-go/parquet-go/format: it is for df/parquetio and bench only: other programs are not to link it",
			"examples/x/main.go:3: imports anabranch.dev/internal/stamp: examples must not: an example is what a user can write",
			"exec/a.go:3: imports anabranch.dev/df: exec must not: the engine is below both doors",
			"exec/a.go:5: imports github.com/google/go-cmp/cmp: it is for tests only",
			"internal/plan/a.go:4: imports anabranch.dev/exec: internal must not: what is inside serves the public packages and knows none of them",
			"remote/a.go:3: imports anabranch.dev/df/agg: remote must not: remote runs any plan and knows exec and internal/plan only",
			"spill/a.go:3: imports anabranch.dev/exec: spill must not: spill is useful alone",
		}},
		{"size of files", map[string]string{
			"big.bin":  strings.Repeat("x", maxBytes+1),
			"good.bin": strings.Repeat("x", maxBytes),
		}, []string{"big.bin: 1048577 bytes, over 1048576"}},
		{"machine paths", map[string]string{
			"a.md": "a\nsee /root/x and x/root/y, frame/work/ and https://example.com/work/1\n(/work/y)\n/home/ann/z\n",
		}, []string{
			"a.md:2: names /root/, a path of one machine",
			"a.md:3: names /work/, a path of one machine",
			"a.md:4: names /home/ann/, a path of one machine",
		}},
		{"documented commands", map[string]string{
			"cmd/x/main.go":           "// X prints.\npackage main\nimport _ \"anabranch.dev/cmd/internal/cli\"\nvar n = flag.Int(\"top\", 1, \"say\")\n",
			"cmd/internal/cli/cli.go": ok + "var q = flag.Bool(\"q\", false, \"be quiet\")\n",
			"run.sh":                  "",
			"README.md": "```sh\n$ go run ./cmd/x -q -top 3 -say ./file | sort -n\ngo run anabranch.dev/cmd/y@latest\nGOMAXPROCS=1 go test ./cmd/... && go vet ./nothing/...\n" +
				"./run.sh && .ci/run # go run ./z\n```\n```go\ngo run ./z\n```\n```console\n$ go build ./cmd\ngo run ./z\n```\n",
		}, []string{
			"README.md:2: go run ./cmd/x -q -top 3 -say ./file: the command has no flag -say",
			"README.md:3: go run anabranch.dev/cmd/y@latest: there is no package in cmd/y",
			"README.md:4: go vet ./nothing/...: nothing is not in the repository",
			"README.md:5: .ci/run: .ci/run is not in the repository",
			"README.md:11: go build ./cmd: there is no package in cmd",
		}},
		{"links", map[string]string{
			"docs/a.md": "[x](b.md) [y](../README.md#part) [z](https://example.com/z) [here](#here) [d](../docs)\n",
			"README.md": "",
		}, []string{"docs/a.md: links to docs/b.md, which is not there"}},
	}
	tested := map[string]bool{}
	for _, test := range tests {
		tested[test.name] = true
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for p, text := range test.files {
				fsys[p] = &fstest.MapFile{Data: []byte(text)}
			}
			tr := load(t, fsys, func(string) bool { return true })
			if diff := cmp.Diff(test.want, checkNamed(t, test.name).find(tr)); diff != "" {
				t.Errorf("want - found +\n%s", diff)
			}
		})
	}
	for _, c := range checks {
		if !tested[c.name] {
			t.Errorf("no bad tree for the check %q", c.name)
		}
	}
}

func checkNamed(t *testing.T, name string) check {
	t.Helper()
	for _, c := range checks {
		if c.name == name {
			return c
		}
	}
	t.Fatalf("there is no check %q", name)
	return check{}
}

func TestDirectRequirements(t *testing.T) {
	const gomod = "module x\n\ngo 1.26\n\nrequire a.org/b v1.0.0\n\nrequire (\n\tc.org/d/v2 v2.0.0\n\te.org/f v0.1.0 // indirect\n)\n\nexclude g.org/h v1.0.0\n"
	if diff := cmp.Diff([]string{"a.org/b", "c.org/d/v2"}, directRequirements(gomod)); diff != "" {
		t.Errorf("want - found +\n%s", diff)
	}
}
