package df_test

import (
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// notMethods are functions of a stream that are no methods of it, and why.
var notMethods = map[string]string{
	"Into":     "an end of a plan, like Collect and Run, which are functions",
	"ReduceBy": "from Stream[T] to Stream[KV[K, T]], a method would be an instantiation cycle",
	"Try":      "from Stream[T] to Stream[Failed[T]], a method would be an instantiation cycle",
	"WindowBy": "through a stream of rows in their windows, a method would be an instantiation cycle",
	"TopBy":    "from Stream[T] to Stream[KV[K, []T]], a method would be an instantiation cycle",
}

// notFunctions are methods of a stream that are not functions too.
var notFunctions = map[string]string{
	"Named": "about the stream itself: there is no other way to say it",
}

// TestMethodsAreFunctions holds the two spellings of verbs together: stream.go
// and fluent.go against all functions of the package.
func TestMethodsAreFunctions(t *testing.T) {
	functions, methods := map[string]string{}, map[string]string{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := f.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			readSignatures(t, name, functions, methods)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		method, ok := methods[name]
		_, excused := notMethods[name]
		switch {
		case ok && excused:
			t.Errorf("%s is a method, and listed as none", name)
		case !ok && !excused:
			t.Errorf("%s is no method of Stream", name)
		case ok && method != functions[name]:
			t.Errorf("%s differs:\nas a function %s\nas a method   %s", name, functions[name], method)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		if _, ok := functions[name]; !ok && notFunctions[name] == "" {
			t.Errorf("%s is a method of Stream, and no function", name)
		}
	}
	for name := range notMethods {
		if _, ok := functions[name]; !ok {
			t.Errorf("%s is listed, and no function of a Stream", name)
		}
	}
	if len(functions) < 20 || len(methods) < 20 {
		t.Errorf("only %d functions and %d methods were found", len(functions), len(methods))
	}
}

// readSignatures finds the exported functions of one file whose first parameter
// is a Stream of any type T, and the exported methods of Stream. What both must
// agree on is written as type parameters without T, parameters without the
// stream, and results.
//
// It reads tokens: the parser of Go 1.26 does not know methods with type
// parameters.
func readSignatures(t *testing.T, file string, functions, methods map[string]string) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range declarations(src) {
		receiver, d := d.group("(")
		if !d[0].exported() {
			continue
		}
		name := d[0].text
		types, d := d[1:].group("[")
		params, results := d.group("(")
		all := types.list()
		list := params.list()
		switch {
		case receiver.String() == "s Stream [ T ]":
			methods[name] = signature(all, list, results)
		case len(receiver) > 0 || len(list) == 0 || len(all) == 0:
		case types[0].text != "T" || !anyT(types):
		case strings.HasSuffix(list[0], "... Stream [ T ]"): // the method has the first apart
			list[0] = "others" + strings.TrimPrefix(list[0], "streams")
			functions[name] = signature(all[1:], list, results)
		case strings.HasSuffix(list[0], " Stream [ T ]"):
			functions[name] = signature(all[1:], list[1:], results)
		}
	}
}

// anyT tells whether the type parameter T is of any type, as in [T, U any].
func anyT(types tokens) bool {
	for i, tok := range types {
		if tok.kind == token.IDENT && i > 0 && types[i-1].kind == token.IDENT {
			return tok.text == "any" // the first constraint is that of T
		}
	}
	return false
}

// signature leaves out what says nothing, as the comma in [T, U any] that a
// method with [U any] does not have.
func signature(types, params []string, results tokens) string {
	return "[" + strings.Join(types, ", ") + "](" + strings.Join(params, ", ") + ") " + results.String()
}

type tok struct {
	kind token.Token
	text string
}

func (t tok) exported() bool { return t.kind == token.IDENT && token.IsExported(t.text) }

type tokens []tok

func (ts tokens) String() string {
	var words []string
	for _, t := range ts {
		words = append(words, t.text)
	}
	return strings.Join(words, " ")
}

// group takes what stands in brackets at the beginning, if anything does.
func (ts tokens) group(open string) (inside, rest tokens) {
	if len(ts) == 0 || ts[0].text != open {
		return nil, ts
	}
	depth := 0
	for i, t := range ts {
		switch t.kind {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		if depth == 0 {
			return ts[1:i], ts[i+1:]
		}
	}
	return ts[1:], nil
}

// list cuts at commas outside of brackets.
func (ts tokens) list() (items []string) {
	depth, from := 0, 0
	for i, t := range ts {
		switch t.kind {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		case token.COMMA:
			if depth == 0 {
				items = append(items, ts[from:i].String())
				from = i + 1
			}
		}
	}
	if from < len(ts) {
		items = append(items, ts[from:].String())
	}
	return items
}

// declarations gives the functions of a file, from behind "func" to before the
// body.
func declarations(src []byte) (list []tokens) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", fset.Base(), len(src)), src, nil, 0)
	var d tokens
	depth, in := 0, false
	for {
		_, kind, text := s.Scan()
		if text == "" {
			text = kind.String()
		}
		switch {
		case kind == token.EOF:
			return list
		case kind == token.FUNC && depth == 0 && !in:
			d, in = nil, true
			continue
		case kind == token.LBRACE && depth == 0 && in && !strings.HasSuffix(d.String(), "interface"):
			list, in = append(list, d), false
		}
		switch kind {
		case token.LBRACE, token.LPAREN, token.LBRACK:
			depth++
		case token.RBRACE, token.RPAREN, token.RBRACK:
			depth--
		}
		if in {
			d = append(d, tok{kind, text})
		}
	}
}
