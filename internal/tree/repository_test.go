package tree

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

const maxBytes = 1 << 20

func bigFiles(tr *tree) (found []string) {
	for _, p := range tr.paths {
		if n := len(tr.files[p]); n > maxBytes {
			found = append(found, fmt.Sprintf("%s: %d bytes, over %d", p, n, maxBytes))
		}
	}
	return found
}

// machinePath matches absolute paths of one developer's machine. A path inside the repository that happens to have
// such a folder has a name before the slash.
var machinePath = regexp.MustCompile(`(?m)(?:^|[^\w.\-])(/(?:work|root|farm|home/\w+|Users/\w+)/)`)

func machinePaths(tr *tree) (found []string) {
	for _, p := range tr.paths {
		src := tr.files[p]
		if path.Dir(p) == "internal/tree" {
			continue // holds examples of what is wrong
		}
		for _, at := range machinePath.FindAllSubmatchIndex(src, -1) {
			line := 1 + strings.Count(string(src[:at[2]]), "\n")
			found = append(found, fmt.Sprintf("%s:%d: names %s, a path of one machine", p, line, src[at[2]:at[3]]))
		}
	}
	return found
}

// documents ranges over the Markdown files of the module. The change log tells of what has been.
func (tr *tree) documents(yield func(string, string) bool) {
	for _, p := range tr.paths {
		if path.Ext(p) == ".md" && p != "CHANGELOG.md" && !strings.Contains("/"+p, "/testdata/") && !tr.nested(p) {
			if !yield(p, string(tr.files[p])) {
				return
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// brokenLinks finds links to files that are not there.
func brokenLinks(tr *tree) (found []string) {
	for p, text := range tr.documents {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, ":") {
				continue
			}
			if to := path.Join(path.Dir(p), target); !tr.exists(to) {
				found = append(found, fmt.Sprintf("%s: links to %s, which is not there", p, to))
			}
		}
	}
	return found
}

// exists tells whether p is a file or a folder with files.
func (tr *tree) exists(p string) bool {
	if p == "." || tr.files[p] != nil {
		return true
	}
	for _, f := range tr.paths {
		if strings.HasPrefix(f, p+"/") {
			return true
		}
	}
	return false
}
