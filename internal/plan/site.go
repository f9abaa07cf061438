package plan

import (
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Module is the path of the library's module: frames of its packages are not
// the user's.
const Module = "anabranch.dev"

// Site is a place in the user's program.
type Site struct {
	File string `json:"file"` // full path
	Line int    `json:"line"`
}

// String gives the site as file name and line, as in jobs.go:41.
func (s Site) String() string {
	if s.File == "" {
		return "unknown place"
	}
	return filepath.Base(s.File) + ":" + strconv.Itoa(s.Line)
}

// Caller returns the innermost frame that is not the library's API.
func Caller() Site {
	var pcs [32]uintptr
	n := runtime.Callers(2, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	for {
		f, more := frames.Next()
		if f.File != "" && !ours(f.Function) {
			return Site{f.File, f.Line}
		}
		if !more {
			return Site{}
		}
	}
}

// ours reports whether a function belongs to the packages between the user and
// the plan: df and its sub-packages, exec, and this one. Tests of df in a
// package of their own (df_test) are users.
func ours(function string) bool {
	rest, ok := strings.CutPrefix(function, Module+"/")
	if !ok {
		return false
	}
	// The package path ends at the first dot after the last slash that comes
	// before any type argument.
	path, _, _ := strings.Cut(rest, "[")
	slash := strings.LastIndexByte(path, '/') + 1
	name, _, _ := strings.Cut(path[slash:], ".")
	pkg := path[:slash] + name
	if strings.HasSuffix(pkg, "_test") {
		return false
	}
	for _, p := range []string{"df", "exec", "internal"} {
		if pkg == p || strings.HasPrefix(pkg, p+"/") {
			return true
		}
	}
	return false
}
