package tree

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"maps"
	"path"
	"slices"
	"strings"
)

const maxLines = 450

// packageComments finds packages without a comment, with several, or with one that does not name the package.
func packageComments(tr *tree) (found []string) {
	for _, dir := range slices.Sorted(maps.Keys(tr.dirs)) {
		var have []string
		name := ""
		for _, p := range tr.dirs[dir] {
			f := tr.goes[p]
			if strings.HasSuffix(f.Name.Name, "_test") {
				continue
			}
			name = f.Name.Name
			if f.Doc == nil {
				continue
			}
			have = append(have, p)
			if text := f.Doc.Text(); name != "main" && !strings.HasPrefix(text, "Package "+name+" ") {
				first, _, _ := strings.Cut(text, "\n")
				found = append(found, fmt.Sprintf("%s: the package comment begins %q, not with \"Package %s\"", p, first, name))
			}
		}
		switch {
		case name == "": // only external tests
		case len(have) == 0:
			found = append(found, fmt.Sprintf("%s: package %s has no comment", dir, name))
		case len(have) > 1:
			found = append(found, fmt.Sprintf("%s: package %s has comments in %s", dir, name, strings.Join(have, ", ")))
		}
	}
	return found
}

func unformatted(tr *tree) (found []string) {
	for p := range tr.eachGo {
		if tr.newer[p] {
			continue // the formatter of that Go version looks at it in .ci/run
		}
		want, err := format.Source(tr.files[p])
		if err != nil {
			found = append(found, fmt.Sprintf("%s: %v", p, err))
		} else if !bytes.Equal(want, tr.files[p]) {
			found = append(found, p+": not as gofmt writes it")
		}
	}
	return found
}

// longFiles finds files over the limit. Tests are free: a long table is one idea.
func longFiles(tr *tree) (found []string) {
	for p := range tr.eachGo {
		if n := bytes.Count(tr.files[p], []byte("\n")); n > maxLines && !isTest(p) {
			found = append(found, fmt.Sprintf("%s: %d lines, over %d", p, n, maxLines))
		}
	}
	return found
}

// undocumented finds exported identifiers without a comment in packages that users can import.
func undocumented(tr *tree) (found []string) {
	for p, f := range tr.eachGo {
		if strings.HasSuffix(p, "_test.go") || f.Name.Name == "main" || !public(path.Dir(p)) {
			continue
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && receiverExported(d) && d.Doc.Text() == "" && !spoken(d) {
					found = append(found, fmt.Sprintf("%s: %s has no doc comment", tr.where(d), d.Name.Name))
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					found = append(found, undocumentedSpec(tr, d, s)...)
				}
			}
		}
	}
	return found
}

// undocumentedSpec looks at one type, or one line of constants or variables: a comment above the group or behind
// the line will do for those.
func undocumentedSpec(tr *tree, d *ast.GenDecl, s ast.Spec) (found []string) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc.Text() == "" && (d.Lparen.IsValid() || d.Doc.Text() == "") {
			found = append(found, fmt.Sprintf("%s: type %s has no doc comment", tr.where(s), s.Name.Name))
		}
	case *ast.ValueSpec:
		if s.Doc.Text() != "" || s.Comment.Text() != "" || d.Doc.Text() != "" {
			return nil
		}
		for _, name := range s.Names {
			if name.IsExported() {
				found = append(found, fmt.Sprintf("%s: %s %s has no doc comment", tr.where(s), d.Tok, name.Name))
			}
		}
	}
	return found
}

// spoken tells whether d is a method that an interface of the standard library has explained to everybody.
func spoken(d *ast.FuncDecl) bool {
	return d.Recv != nil && slices.Contains([]string{"Error", "String", "Unwrap"}, d.Name.Name)
}

// receiverExported tells whether d is a function, or a method of an exported type.
func receiverExported(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// public tells whether other modules can import the package in dir.
func public(dir string) bool {
	return !strings.Contains("/"+dir+"/", "/internal/")
}

// unsafeFiles finds uses of package unsafe outside of the files made for it. Sizeof and its sisters are constants
// and harmless; tests may look at memory.
func unsafeFiles(tr *tree) (found []string) {
	for p, f := range tr.eachGo {
		if isTest(p) || strings.HasSuffix(p, "_unsafe.go") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if ok && x.Name == "unsafe" && !slices.Contains([]string{"Sizeof", "Alignof", "Offsetof"}, sel.Sel.Name) {
				found = append(found, fmt.Sprintf("%s: unsafe.%s", tr.where(sel), sel.Sel.Name))
			}
			return true
		})
		for _, s := range f.Imports {
			if s.Path.Value == `"unsafe"` && s.Name != nil {
				found = append(found, fmt.Sprintf("%s: package unsafe under another name", tr.where(s)))
			}
		}
	}
	return found
}

// eachGo ranges over the module's own Go files in the order of their paths.
func (tr *tree) eachGo(yield func(string, *ast.File) bool) {
	for _, p := range tr.paths {
		if f := tr.goes[p]; f != nil && !yield(p, f) {
			return
		}
	}
}
