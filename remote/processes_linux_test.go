package remote

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// childProcesses returns the children of this process, as "pid: command line".
func childProcesses(t testing.TB) (children []string) {
	t.Helper()
	me := strconv.Itoa(os.Getpid())
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // no process, or it has ended
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == me {
			cmd, _ := os.ReadFile("/proc/" + e.Name() + "/cmdline")
			children = append(children, fmt.Sprintf("%s: %s %s", e.Name(), f[0], bytes.ReplaceAll(cmd, []byte{0}, []byte{' '})))
		}
	}
	return children
}
