//go:build unix

package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A shell is a launcher for tests: any command that gives a shell.
type shell []string

func (s shell) Launch(ctx context.Context, _ Host, stderr io.Writer) (Process, error) {
	conn, err := start(ctx, exec.Command(s[0], s[1:]...), ownGroup, stderr)
	return Process{Conn: conn, Shell: true}, err
}

// small is a program that says that it is a peer, and with which arguments and
// standard input it was started.
func small(t *testing.T) program {
	t.Helper()
	text := "#!/bin/sh\n# " + strings.Repeat("some size ", 2000) + "\nprintf '\\nanabranch: here is a peer\\n'\n" +
		"echo $# $ANABRANCH_PEER $(umask)\npwd\ncat\n"
	path := filepath.Join(t.TempDir(), "small")
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	return program{path: path, hash: hex.EncodeToString(sum[:]), size: int64(len(text)), os: runtime.GOOS, arch: runtime.GOARCH}
}

// install runs boot.sh in a shell, with a small program, and returns the stages
// and what that program says.
func install(t *testing.T, cmd *exec.Cmd, p program, dir string) (stages []Stage, said string, err error) {
	t.Helper()
	var stderr tail
	conn, err := start(t.Context(), cmd, ownGroup, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	tr := newTransport(conn)
	defer func() {
		_ = tr.Close()
		<-tr.gone
		if text := stderr.String(); text != "" {
			t.Logf("standard error: %s", text)
		}
	}()
	i := installer{t: tr, program: p, stage: func(s Stage) { stages = append(stages, s) }}
	if err := i.run(dir); err != nil {
		return stages, "", err
	}
	if _, err := skipTo(tr.r, peerMarker); err != nil {
		return stages, "", fmt.Errorf("%w: %s", err, stderr.String())
	}
	// What cat gives back shows that nobody has read too much.
	if _, err := io.WriteString(tr, "all of this is for the peer\n"); err != nil {
		return stages, "", err
	}
	_ = conn.in.Close()
	b, err := io.ReadAll(tr)
	return stages, string(b), err
}

var uploaded = []Stage{StageProbe, StageUpload, StageStart}

func TestInstallInShells(t *testing.T) {
	for _, sh := range []string{"sh", "dash", "bash", "bash --posix", "busybox sh", "ksh", "mksh", "zsh --emulate sh", "fish -c sh", "tcsh -c sh"} {
		words := strings.Fields(sh)
		if _, err := exec.LookPath(words[0]); err != nil {
			t.Logf("no %s here", words[0])
			continue
		}
		t.Run(sh, func(t *testing.T) {
			p := small(t)
			for _, dir := range []string{"plain", `it's "so" $HOME \n`, "-p", "two\nlines", "~/below"} {
				base, err := filepath.EvalSymlinks(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				for again := range 2 {
					cmd := exec.Command(words[0], words[1:]...)
					cmd.Dir = base
					cmd.Env = append(os.Environ(), "HOME="+base, "CDPATH="+t.TempDir())
					stages, said, err := install(t, cmd, p, dir)
					want := fmt.Sprintf("0 1 %04o\n%s\nall of this is for the peer\n", umask(), filepath.Join(base, strings.TrimPrefix(dir, "~/")))
					if err != nil || said != want {
						t.Errorf("%q: %q, want %q: %v", dir, said, want, err)
					}
					if len(stages) != 3-again {
						t.Errorf("%q: %v", dir, stages)
					}
				}
				cache := filepath.Join(base, strings.TrimPrefix(dir, "~/"), ".anabranch")
				checkMode(t, cache, 0o700)
				checkMode(t, filepath.Join(cache, p.hash), 0o700)
				if entries, err := os.ReadDir(cache); err != nil || len(entries) != 1 {
					t.Errorf("%v, %v", entries, err)
				}
			}
		})
	}
}

func checkMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Error(err)
	} else if info.Mode().Perm() != want {
		t.Errorf("%s has mode %v", path, info.Mode())
	}
}

// tools makes a directory with some of the system's commands.
func tools(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range append(names, "sh", "cat", "mkdir", "chmod", "uname", "ls", "id", "wc", "mv", "rm") {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("no %s here", name)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestInstallWithFewTools(t *testing.T) {
	for _, with := range [][]string{{"head"}, {"dd"}, {"head", "shasum", "perl"}, {"head", "openssl"}, {"head", "busybox"}, {"dd", "sha256sum"}} {
		t.Run(strings.Join(with, " and "), func(t *testing.T) {
			path, home := tools(t, with...), t.TempDir()
			p := small(t)
			run := func() ([]Stage, string, error) {
				cmd := exec.Command(filepath.Join(path, "sh"))
				cmd.Env = []string{"PATH=" + path, "HOME=" + home}
				return install(t, cmd, p, "")
			}
			stages, said, err := run()
			if err != nil || !strings.HasSuffix(said, "for the peer\n") || len(stages) != len(uploaded) {
				t.Errorf("%v, %q, %v", stages, said, err)
			}
			file := filepath.Join(home, ".cache", "anabranch", "programs", p.hash)
			if stages, _, err := run(); err != nil || len(stages) != 2 {
				t.Errorf("again: %v, %v", stages, err)
			}
			// Cut off, or changed where there is a tool to see that.
			if err := os.Truncate(file, p.size-1); err != nil {
				t.Fatal(err)
			}
			if stages, _, err := run(); err != nil || len(stages) != len(uploaded) {
				t.Errorf("one byte is missing: %v, %v", stages, err)
			}
			if len(with) > 1 {
				change(t, file)
				if stages, _, err := run(); err != nil || len(stages) != len(uploaded) {
					t.Errorf("one byte is another one: %v, %v", stages, err)
				}
			}
		})
	}
}

func change(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(file, b, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestInstallRefused(t *testing.T) {
	home := t.TempDir()
	cache := filepath.Join(home, "cache", "anabranch", "programs")
	p := small(t)
	run := func(script string, p program, dir string) error {
		cmd := exec.Command("sh", "-c", script+"\nexec sh")
		cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, "cache"))
		_, _, err := install(t, cmd, p, dir)
		return err
	}
	wants := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, and not %q", err, want)
		}
	}
	wants(run("", p, "/dev/null/x"), "the host: cannot use the directory /dev/null/x")
	wants(run("exit 3", p, ""), "connection ended")
	wants(run("echo What you see here is private; exit", p, ""), `the connection ended, after "What you see here is private\n"`)
	wants(run("yes no | head -c 100000", p, ""), "65552 bytes, and no marker among them")
	if err := run("echo Welcome; seq 2000; printf 'no newline'", p, ""); err != nil {
		t.Error(err)
	}

	other := p
	other.os, other.arch = "plan9", "mips"
	err := run("", other, "")
	wants(err, "and the program is built for plan9/mips; build another one with\n\tCGO_ENABLED=0 GOOS="+runtime.GOOS+" GOARCH="+runtime.GOARCH+" go build -o remote.test-"+runtime.GOOS)

	wrong := p
	wrong.hash = strings.Repeat("ab", 32)
	wants(run("", wrong, ""), "the host: what has come is not what was sent")
	short := p
	short.size += 5
	wants(run("", short, ""), "the program has")
	if left, _ := filepath.Glob(cache + "/*.tmp"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}

	if os.Getuid() == 0 {
		if err := os.Chown(cache, 1234, 1234); err != nil {
			t.Fatal(err)
		}
		wants(run("", p, ""), "belongs to user 1234")
	}
}

// TestUploadOnce is how it is with the program itself.
func TestUploadOnce(t *testing.T) {
	checkLeaks(t)
	me, err := running()
	if err != nil {
		t.Fatal(err)
	}
	h := Host{Address: "shell", Dir: t.TempDir(), Launcher: shell{"sh"}}
	first := dial(t, Dialer{}, h)
	roundTrip(t, first, 1, "hello")
	if n := first.Peers()[0].BytesOut; n < me.size {
		t.Errorf("the program has %d bytes, and %d were sent", me.size, n)
	}
	second := dial(t, Dialer{}, h)
	roundTrip(t, second, 1, "hello")
	if n := second.Peers()[0].BytesOut; n > 20_000 {
		t.Errorf("%d bytes were sent again", n)
	}
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	name := func(c string) string { return filepath.Join(dir, strings.Repeat(c, 64)) }
	for path, age := range map[string]time.Duration{
		name("a"):                 100 * 24 * time.Hour, // the one that runs
		name("b"):                 29 * 24 * time.Hour,
		name("c"):                 31 * 24 * time.Hour,
		name("d") + ".h.12.tmp":   23 * time.Hour,
		name("e") + ".h.12.tmp":   25 * time.Hour,
		filepath.Join(dir, "own"): 100 * 24 * time.Hour,
	} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	prune(filepath.Join(dir, "own"), now)
	if entries, _ := os.ReadDir(dir); len(entries) != 6 {
		t.Errorf("%d files are left around a program that is not in a cache", len(entries))
	}
	prune(name("a"), now)
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name()[:1])
	}
	if got := strings.Join(left, ""); got != "abdo" {
		t.Errorf("left: %s", got)
	}
	if info, err := os.Stat(name("a")); err != nil || now.Sub(info.ModTime()) > time.Minute {
		t.Errorf("%v, %v", info.ModTime(), err)
	}
}

func TestMainNotCalled(t *testing.T) {
	mainCalled.Store(false)
	defer mainCalled.Store(true)
	_, err := Dial(t.Context(), Local(1)...)
	if err == nil || !strings.Contains(err.Error(), "has not called remote.Main first in main") {
		t.Error(err)
	}
	t.Setenv(PeerEnv, "1")
	_, err = Dial(t.Context(), Local(1)...)
	if err == nil || !strings.Contains(err.Error(), "this is a peer") {
		t.Error(err)
	}
	if !errors.As(err, new(*PeerError)) {
		t.Errorf("%T", err)
	}
}
