package remote

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A farHost is a network namespace with an sshd in it, which is joined to this one by a
// single link. Processes of both see the same files, and each other.
type farHost struct {
	*sshd
	netns string // name of the namespace
	link  string // this end of the link
	temp  string // where temporary files of its peers are
}

// farLink is the far end of a link.
const farLink = "far"

// netnsPrefix begins the names of namespaces. The number of the process that has made them follows.
const netnsPrefix = "anabranch-test-"

var (
	farHosts    atomic.Int64 // that this process has made
	removeStale = sync.OnceFunc(func() {
		dirs, _ := os.ReadDir("/run/netns") // where there is none, none is stale
		for _, e := range dirs {
			var pid, n int
			if _, err := fmt.Sscanf(e.Name(), netnsPrefix+"%d-%d", &pid, &n); err == nil && (pid == os.Getpid() || syscall.Kill(pid, 0) == syscall.ESRCH) {
				(&farHost{netns: e.Name(), link: linkName(pid, n)}).remove()
			}
		}
	})
)

func linkName(pid, n int) string { return fmt.Sprintf("ab%dn%d", pid, n) } // it has 15 bytes at most

// newFarHosts makes hosts. The test is skipped where it may not do that.
func newFarHosts(t *testing.T, n int) []*farHost {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, for network namespaces")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs ip (Debian: apt-get install iproute2)")
	}
	removeStale()
	hosts := make([]*farHost, n)
	for i := range hosts {
		hosts[i] = newFarHost(t)
	}
	return hosts
}

func newFarHost(t *testing.T) *farHost {
	t.Helper()
	n, pid := int(farHosts.Add(1)), os.Getpid()
	h := &farHost{netns: fmt.Sprintf("%s%d-%d", netnsPrefix, pid, n), link: linkName(pid, n)}
	t.Cleanup(h.remove)
	near, far := freeNetwork(t, pid*8+n)
	for _, args := range [][]string{
		{"netns", "add", h.netns},
		{"link", "add", h.link, "type", "veth", "peer", "name", farLink, "netns", h.netns},
	} {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			t.Skipf("needs network namespaces and links between them: ip %s: %v: %s", strings.Join(args, " "), err, out)
		}
	}
	ip(t, "addr", "add", near+"/30", "dev", h.link)
	ip(t, "link", "set", "dev", h.link, "up")
	ip(t, "-n", h.netns, "link", "set", "dev", "lo", "up")
	ip(t, "-n", h.netns, "addr", "add", far+"/30", "dev", farLink)
	ip(t, "-n", h.netns, "link", "set", "dev", farLink, "up")
	h.temp = t.TempDir()
	h.sshd = startSSHAt(t, far, []string{"ip", "netns", "exec", h.netns}, "SetEnv TMPDIR="+h.temp)
	t.Cleanup(h.kill) // sessions that are cut off would last, and startSSHAt waits for them
	return h
}

// freeNetwork returns the two addresses of a network that this machine is not in.
func freeNetwork(t *testing.T, from int) (near, far string) {
	t.Helper()
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
next:
	for i := range 1 << 14 {
		n := (from + i) % (1 << 14) * 4
		near, far = fmt.Sprintf("10.231.%d.%d", n>>8, n&255+1), fmt.Sprintf("10.231.%d.%d", n>>8, n&255+2)
		for _, a := range addrs {
			if in, ok := a.(*net.IPNet); ok && in.Contains(net.ParseIP(near)) {
				continue next
			}
		}
		return near, far
	}
	t.Skip("needs a free network in 10.231.0.0/16")
	return "", ""
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// host is how the driver reaches it.
func (h *farHost) host() Host { return h.hosts(1)[0] }

// setLink takes the link "down", or "up".
func (h *farHost) setLink(t *testing.T, to string) {
	t.Helper()
	ip(t, "-n", h.netns, "link", "set", "dev", farLink, to)
}

// processes returns those of the host.
func (h *farHost) processes() (pids []int) {
	out, _ := exec.Command("ip", "netns", "pids", h.netns).Output() // there are none where it fails
	for f := range strings.FieldsSeq(string(out)) {
		if pid, err := strconv.Atoi(f); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (h *farHost) kill() {
	for _, pid := range h.processes() {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
	}
}

// remove removes what there is of the host.
func (h *farHost) remove() {
	h.kill()
	_ = exec.Command("ip", "link", "del", h.link).Run()
	_ = exec.Command("ip", "netns", "del", h.netns).Run()
}

// left waits until nothing of a peer is left on the host: sshd alone runs, and no file is
// there but the program.
func (h *farHost) left(t *testing.T, limit time.Duration) {
	t.Helper()
	began := time.Now()
	for end := began.Add(limit); ; time.Sleep(20 * time.Millisecond) {
		var left []string
		for _, pid := range h.processes() {
			exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
			if err == nil && !strings.HasPrefix(filepath.Base(exe), "sshd") {
				left = append(left, fmt.Sprintf("process %d: %s", pid, exe))
			}
		}
		for _, dir := range []string{h.temp, h.host().Dir} {
			_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
				if err == nil && !e.IsDir() && !cachedName.MatchString(e.Name()) {
					left = append(left, path)
				}
				return nil
			})
		}
		if len(left) == 0 {
			t.Logf("nothing is left on %s, after %v more; sshd has %d processes", h.address, time.Since(began), len(h.processes()))
			return
		}
		if time.Now().After(end) {
			t.Fatalf("left behind on %s after %v: %q", h.address, limit, left)
		}
	}
}
