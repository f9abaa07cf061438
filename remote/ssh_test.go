//go:build unix

package remote

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSSH(t *testing.T) {
	d := startSSH(t)
	before := len(childProcesses(t))
	for range 2 {
		c := dial(t, Dialer{}, d.hosts(4)...)
		for i, p := range c.Peers() {
			if p.State != Ready || p.Slots != i+1 || p.Process == 0 {
				t.Errorf("%+v", p)
			}
			roundTrip(t, c, p.ID, strings.Repeat("over ssh ", 1<<20))
		}
		if err := c.Remove(2); err != nil {
			t.Error(err)
		}
		if err := outcome(t, c, 2, Header{Kind: KindEcho}); !errors.Is(err, ErrRemoved) {
			t.Error(err)
		}
		roundTrip(t, c, 3, "still there")
		if err := outcome(t, c, 4, Header{Kind: kindExit, Name: "the last words"}); !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "exit status 7") || !strings.Contains(err.Error(), "the last words") {
			t.Error(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if now := childProcesses(t); len(now) > before {
		t.Errorf("left behind: %q", now)
	}
}

func TestSSHFails(t *testing.T) {
	d := startSSH(t)
	good := d.hosts(1)[0]
	with := func(change func(*Host)) Host {
		h := good
		change(&h)
		return h
	}
	hang := filepath.Join(d.dir, "hang")
	for _, test := range []struct {
		name string
		host Host
		want []string
	}{
		{"key", with(func(h *Host) {
			h.Launcher = SSH{Options: []string{"-F", "none", "-i", "/dev/null", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"}}
		}),
			[]string{"probe: the connection ended; the process ended: exit status 255", "Permission denied"}},
		{"unknown", with(func(h *Host) {
			h.Launcher = SSH{Options: []string{"-F", "none", "-i", d.dir + "/user", "-o", "UserKnownHostsFile=/dev/null"}}
		}),
			[]string{"Host key verification failed"}},
		{"port", with(func(h *Host) { h.Address = "127.0.0.1:" + freePort(t) }), []string{"Connection refused"}},
		{"name", with(func(h *Host) { h.Address = "no.such.host.invalid" }), []string{"no.such.host.invalid"}},
		{"option", with(func(h *Host) { h.Address = "-oProxyCommand=touch " + hang }), []string{"looks like an option"}},
		{"directory", with(func(h *Host) { h.Dir = "/dev/null/x" }), []string{"probe: the host: cannot use the directory /dev/null/x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := Dial(t.Context(), test.host)
			if err == nil {
				_ = c.Close()
			}
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, and not %q", err, want)
				}
			}
		})
	}
	if _, err := os.Stat(hang); err == nil {
		t.Error("an address was taken as an option")
	}
}

// TestLoginShell has a profile that writes, and reads, before the command runs.
func TestLoginShell(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash")
	}
	d := startSSH(t)
	profile := filepath.Join(d.dir, "profile")
	if err := os.WriteFile(profile, []byte("echo Welcome to $HOSTNAME\necho 'today: <&>\"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d = startSSH(t, "ForceCommand BASH_ENV="+profile+" "+bash+` -c "$SSH_ORIGINAL_COMMAND"`)
	c := dial(t, Dialer{}, d.hosts(1)...)
	roundTrip(t, c, 1, "hello")
}

func TestSSHArguments(t *testing.T) {
	for _, test := range []struct{ address, destination, port string }{
		{"node", "node", ""},
		{"ann@node", "ann@node", ""},
		{"ann@node:2222", "ann@node", "2222"},
		{"ssh://ann@node:22", "ssh://ann@node:22", ""},
		{"::1", "::1", ""},
		{"fe80::1:22", "fe80::1:22", ""},
		{"[::1]:22", "::1", "22"},
		{"ann@[fe80::1%eth0]:22", "ann@fe80::1%eth0", "22"},
		{"node:port", "node:port", ""},
	} {
		destination, port, err := sshDestination(test.address)
		if diff := cmp.Diff([]string{test.destination, test.port}, []string{destination, port}); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", test.address, err, diff)
		}
	}
	for _, address := range []string{"", "-v"} {
		if _, _, err := sshDestination(address); err == nil {
			t.Errorf("%q is accepted", address)
		}
	}
}

// BenchmarkDialSSH dials four hosts, which have the program, through ssh.
func BenchmarkDialSSH(b *testing.B) {
	d := startSSH(b)
	hosts := d.hosts(4)
	dialAndClose(b, hosts)
	for b.Loop() {
		dialAndClose(b, hosts)
	}
	if mean := b.Elapsed() / time.Duration(b.N); mean > 3*time.Second {
		b.Errorf("%v to dial four hosts, and no more than 3s are wanted", mean)
	}
}

func BenchmarkDialLocal(b *testing.B) {
	for b.Loop() {
		dialAndClose(b, Local(4))
	}
}

func dialAndClose(b *testing.B, hosts []Host) {
	c, err := Dialer{AtLeast: len(hosts)}.Dial(b.Context(), hosts...)
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
}
