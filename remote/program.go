package remote

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
)

// A program is an executable that peers can run.
type program struct {
	path     string
	hash     string // SHA-256, in hexadecimal
	size     int64
	os, arch string
}

// mainCalled is set by Main: a program without it would, started as a peer, do
// its work once more.
var mainCalled atomic.Bool

func checkMain() error {
	switch {
	case mainCalled.Load():
		return nil
	case os.Getenv(PeerEnv) != "":
		return fmt.Errorf("this is a peer (%s is set), and it has not called remote.Main first in main", PeerEnv)
	}
	return errors.New("this program has not called remote.Main first in main, and its peers could not serve")
}

// executable is where the running program can be read and started: on Linux that
// holds even if its file has been replaced since.
func executable() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// running is this program. It is read once.
var running = sync.OnceValues(func() (program, error) {
	path, err := executable()
	if err != nil {
		return program{}, err
	}
	return readProgram(path, runtime.GOOS, runtime.GOARCH)
})

// programOf returns the program for a host.
func programOf(h Host) (program, error) {
	if h.Binary == "" {
		return running()
	}
	info, err := buildinfo.ReadFile(h.Binary)
	if err != nil {
		return program{}, fmt.Errorf("the program for %s: %w", h.Address, err)
	}
	var goos, arch string
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			goos = s.Value
		case "GOARCH":
			arch = s.Value
		}
	}
	return readProgram(h.Binary, goos, arch)
}

func readProgram(path, goos, arch string) (program, error) {
	f, err := os.Open(path)
	if err != nil {
		return program{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return program{}, err
	}
	return program{path: path, hash: hex.EncodeToString(h.Sum(nil)), size: n, os: goos, arch: arch}, nil
}

// runsOn returns why the program does not run on a host of that system and
// machine, as uname names them, and what to do about it.
func (p program) runsOn(system, machine string) error {
	goos, arch := unameOS(system), unameArch(machine)
	if goos == p.os && (arch == p.arch || arch == "amd64" && p.arch == "386" || arch == "arm64" && p.arch == "arm") {
		return nil
	}
	name, pkg := "program", "PACKAGE"
	if exe, err := os.Executable(); err == nil {
		name = strings.TrimSuffix(filepath.Base(exe), ".exe")
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" && info.Path != "command-line-arguments" {
		pkg = info.Path
	}
	file := fmt.Sprintf("%s-%s-%s", name, goos, arch)
	return fmt.Errorf("the host is %s/%s, and the program is built for %s/%s; build another one with\n\tCGO_ENABLED=0 GOOS=%s GOARCH=%s go build -o %s %s\nand name it as the host's binary: binary=%s in a file of hosts, or Host.Binary",
		goos, arch, p.os, p.arch, goos, arch, file, pkg, file)
}

func unameOS(system string) string {
	if system == "SunOS" {
		return "illumos"
	}
	return strings.ToLower(system)
}

var unameArchs = map[string]string{
	"x86_64": "amd64", "aarch64": "arm64", "i386": "386", "i586": "386", "i686": "386",
	"armv6l": "arm", "armv7l": "arm", "armv8l": "arm", "loongarch64": "loong64", "mips64el": "mips64le",
}

func unameArch(machine string) string {
	if arch, ok := unameArchs[machine]; ok {
		return arch
	}
	return machine
}
