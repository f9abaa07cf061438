//go:build unix

package remote

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// An sshd is a server on this machine, with keys and files of its own, that
// lets the user of the test in.
type sshd struct {
	dir     string
	address string
	port    string
	options []string // of ssh, to get there
}

// startSSH starts sshd on a free port. The test is skipped where OpenSSH is not
// installed, or does not run.
func startSSH(t testing.TB, config ...string) *sshd {
	t.Helper()
	return startSSHAt(t, "127.0.0.1", nil, config...)
}

// startSSHAt starts sshd at an address, by a command that has that of sshd at its end.
func startSSHAt(t testing.TB, address string, by []string, config ...string) *sshd {
	t.Helper()
	server, err := exec.LookPath("sshd")
	if err != nil {
		if server, err = exec.LookPath("/usr/sbin/sshd"); err != nil {
			t.Skip("needs sshd (Debian: apt-get install openssh-server openssh-client)")
		}
	}
	for _, tool := range []string{"ssh", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s (Debian: apt-get install openssh-client)", tool)
		}
	}
	d := &sshd{dir: t.TempDir(), address: address, port: freePort(t)}
	file := func(name string) string { return filepath.Join(d.dir, name) }
	for _, key := range []string{"host", "user"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file(key)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	copyFile(t, file("user.pub"), file("authorized_keys"), "")
	copyFile(t, file("host.pub"), file("known_hosts"), "["+address+"]:"+d.port+" ")
	lines := append([]string{
		"ListenAddress " + address, "Port " + d.port, "HostKey " + file("host"), "AuthorizedKeysFile " + file("authorized_keys"),
		"PidFile none", "StrictModes no", "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
		"PermitRootLogin yes", "PrintMotd no", "LogLevel ERROR", "MaxStartups 100",
	}, config...)
	if err := os.WriteFile(file("sshd_config"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = os.MkdirAll("/run/sshd", 0o755) // of the distribution, which makes it when the service starts

	ctx, stop := context.WithCancel(context.Background())
	argv := append(slices.Clone(by), server, "-D", "-e", "-f", file("sshd_config"))
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var stderr tail
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		stop()
		t.Skipf("cannot start sshd: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", address+":"+d.port); err == nil {
			_ = c.Close()
			break
		}
		select {
		case err := <-ended:
			ended <- err
			t.Skipf("sshd ended: %v\n%s", err, stderr.String())
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("sshd does not answer\n%s", stderr.String())
		}
	}
	d.options = []string{"-F", "none", "-i", file("user"), "-o", "IdentitiesOnly=yes", "-o", "UserKnownHostsFile=" + file("known_hosts")}
	return d
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

func copyFile(t testing.TB, from, to, prefix string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, append([]byte(prefix), b...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// hosts returns n hosts, which differ by their directories.
func (d *sshd) hosts(n int) []Host {
	hosts := make([]Host, n)
	for i := range hosts {
		hosts[i] = Host{Address: d.address + ":" + d.port, Slots: i + 1, Dir: filepath.Join(d.dir, fmt.Sprint("host", i)), Launcher: SSH{Options: d.options}}
	}
	return hosts
}
