package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"anabranch.dev/bench/internal/record"
)

// machine is where the command runs.
func machine(root string) (record.Machine, error) {
	total, err := memory()
	if err != nil {
		return record.Machine{}, err
	}
	return record.Machine{
		CPU:    cpu(),
		Cores:  runtime.NumCPU(),
		Memory: total,
		System: system(),
		Go:     runtime.Version(),
		Level:  level(),
		Commit: commit(root),
	}, nil
}

// field finds the first "name : value" in a file of the kernel, and is empty where there is none.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "" // another system
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func cpu() string {
	if name := field("/proc/cpuinfo", "model name"); name != "" {
		return name
	}
	return runtime.GOARCH
}

// memory is what the machine has, in bytes, and 0 where that is not known.
func memory() (int64, error) {
	text, ok := strings.CutSuffix(field("/proc/meminfo", "MemTotal"), " kB")
	if !ok {
		return 0, nil
	}
	kib, err := strconv.ParseInt(text, 10, 64)
	return kib << 10, err
}

func system() string {
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if errors.Is(err, fs.ErrNotExist) {
		return runtime.GOOS
	}
	return strings.TrimSpace(runtime.GOOS + " " + string(release))
}

// level is the instruction set that this program is built for, as GOAMD64=v1; empty where there are no levels.
func level() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "GO"+strings.ToUpper(runtime.GOARCH) {
			return s.Key + "=" + s.Value
		}
	}
	return ""
}

// commit is what the repository is at, with a plus where files were changed, and empty where it is no repository.
func commit(root string) string {
	out, err := exec.Command("git", "-C", root, "describe", "--always", "--dirty=+", "--exclude=*").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
