package glob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree makes files, and links where a name says so, in a new working directory.
func tree(t *testing.T, names ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		name, target, link := strings.Cut(name, " -> ")
		err := os.MkdirAll(filepath.Dir(name), 0o777)
		switch {
		case err != nil:
		case link:
			err = os.Symlink(target, name)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(name, 0o777)
		default:
			err = os.WriteFile(name, nil, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestExpand(t *testing.T) {
	tree(t, "a.log", "b.log", "c.txt", ".hidden.log", "d.log/", "x[1].log", "star*.txt",
		"logs/a.log", "logs/2024/a.log", "logs/2024/01/b.log", "logs/.git/c.log", "logs/2024/notes",
		"linked -> logs/2024", "one.log -> a.log", "nowhere.log -> missing")
	tests := []struct {
		pattern string
		want    []string
	}{
		{"a.log", []string{"a.log"}},
		{"missing.log", []string{"missing.log"}}, // opening it will tell
		{"*.log", []string{"a.log", "b.log", "one.log", "x[1].log"}},
		{"?.log", []string{"a.log", "b.log"}},
		{"[ab].log", []string{"a.log", "b.log"}},
		{"[^a].log", []string{"b.log"}},
		{"x[1].log", []string{"x[1].log"}}, // it exists
		{`x\[1\].log`, []string{"x[1].log"}},
		{"star*.txt", []string{"star*.txt"}},
		{".*.log", []string{".hidden.log"}},
		{"*/a.log", []string{"linked/a.log", "logs/a.log"}},
		{"./*.txt", []string{"./c.txt", "./star*.txt"}},
		{"logs/**", []string{"logs/2024/01/b.log", "logs/2024/a.log", "logs/2024/notes", "logs/a.log"}},
		{"logs/**/*.log", []string{"logs/2024/01/b.log", "logs/2024/a.log", "logs/a.log"}},
		{"logs/**/01/**", []string{"logs/2024/01/b.log"}},
		{"**/**/b.log", []string{"b.log", "logs/2024/01/b.log"}},
		{"**/notes", []string{"logs/2024/notes"}},
		{"linked/*", []string{"linked/a.log", "linked/notes"}},
		{"logs/2024//*.log", []string{"logs/2024//a.log"}},
		{"nothing/../*.txt", nil},
		{"*.csv", nil},
		{"logs/*/", nil},
		{"missing/**", nil},
		{"a.log/*", nil},
	}
	for _, test := range tests {
		got, err := Expand(test.pattern)
		if test.want == nil {
			if !errors.Is(err, ErrNoMatch) || !strings.Contains(err.Error(), test.pattern) {
				t.Errorf("%s: %q, error %v", test.pattern, got, err)
			}
			continue
		}
		slices.Sort(test.want)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q, error %v", test.pattern, got, test.want, err)
		}
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Expand(filepath.Join(dir, "**", "notes"))
	if want := filepath.ToSlash(filepath.Join(dir, "logs", "2024", "notes")); err != nil || !slices.Equal(got, []string{want}) {
		t.Errorf("absolute: %q, want %q, error %v", got, want, err)
	}
}

func TestBadPattern(t *testing.T) {
	tree(t)
	for _, pattern := range []string{"[", "a/[b/c]", "a[-]", "[]a]*"} {
		if got, err := Expand(pattern); !errors.Is(err, filepath.ErrBadPattern) || !strings.Contains(err.Error(), pattern) {
			t.Errorf("%s: %q, error %v", pattern, got, err)
		}
	}
}

func TestLockedDirectory(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("nothing is locked for root")
	}
	tree(t, "locked/a.log")
	if err := os.Chmod("locked", 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod("locked", 0o777)
	for _, pattern := range []string{"**/*.log", "locked/*", "*/a.log"} {
		if got, err := Expand(pattern); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %q, error %v", pattern, got, err)
		}
	}
}
