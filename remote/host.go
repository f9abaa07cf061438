package remote

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// A Host is where a peer can be started. The zero value of each field but
// Address is the usual choice.
type Host struct {
	// Address is what ssh is told: a name, an alias from ~/.ssh/config, user@name,
	// ssh://user@name:port or name:port. Errors call the host so, whatever its
	// Launcher makes of it.
	Address string

	// Slots is how many workers the peer has; 0 is as many as it has cores.
	Slots int

	// Dir is the working directory of the peer, which is made if it is not there.
	// A relative one, or one that begins with ~/, is below the directory where a
	// login begins. If it is set, programs that are sent are kept in it too, in
	// .anabranch, and else in the user's cache directory.
	Dir string

	// Binary is the file, on this machine, with the program for the host, if the
	// host has another system or architecture. "" is the running program.
	Binary string

	// Direct is where other peers reach this one, if [Dialer.Direct] is set: ADDRESS,
	// ADDRESS:PORT or :PORT, with an IP address or a name, which may be one that is
	// forwarded to the host. The peer listens at that address if it is one of the
	// host's, and else at all of them. "" is all addresses of the host, and any port
	// that is free.
	Direct string

	// Launcher is how the host is reached; nil is [SSH].
	Launcher Launcher
}

// SSH is the [Launcher] that runs the OpenSSH client of the system, so that
// ~/.ssh/config, known hosts, jump hosts and agents are what they always are. It
// never asks: where ssh would want a password or a confirmation, it fails.
type SSH struct {
	Options []string // further options, such as -i or -F, before those of this package
}

// Launch implements [Launcher].
func (s SSH) Launch(ctx context.Context, h Host, stderr io.Writer) (Process, error) {
	args, err := s.arguments(h.Address)
	if err != nil {
		return Process{}, err
	}
	conn, err := start(ctx, exec.Command("ssh", args...), noTerminal, stderr)
	return Process{Conn: conn, Shell: true}, err
}

func (s SSH) arguments(address string) ([]string, error) {
	destination, port, err := sshDestination(address)
	if err != nil {
		return nil, err
	}
	args := append([]string{}, s.Options...)
	for _, o := range []string{
		"BatchMode=yes",           // no questions
		"ClearAllForwardings=yes", // they are for logins, and a port can be forwarded once
		"ControlMaster=no",        // one that is there is used; this connection stays ours
		"ForwardAgent=no",
		"ForwardX11=no",
		"PermitLocalCommand=no",
		"RemoteCommand=none",
		"RequestTTY=no",
	} {
		args = append(args, "-o", o)
	}
	if port != "" {
		args = append(args, "-p", port)
	}
	return append(args, "--", destination, "exec sh"), nil
}

// sshDestination takes the port from name:port. Everything else ssh understands
// itself.
func sshDestination(address string) (destination, port string, err error) {
	switch {
	case address == "":
		return "", "", fmt.Errorf("a host without address")
	case strings.HasPrefix(address, "-"):
		return "", "", fmt.Errorf("the address %q looks like an option", address)
	case strings.HasPrefix(address, "ssh://"):
		return address, "", nil
	}
	i := strings.LastIndexByte(address, ':')
	if i < 0 || !isPort(address[i+1:]) {
		return address, "", nil
	}
	name := address[:i]
	if user, v6, ok := bracketed(name); ok {
		return user + v6, address[i+1:], nil
	}
	if strings.Contains(name, ":") {
		return address, "", nil // of IPv6, and no port
	}
	return name, address[i+1:], nil
}

func isPort(s string) bool {
	return s != "" && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
}

// bracketed takes user@[::1] apart.
func bracketed(name string) (user, v6 string, ok bool) {
	i := strings.IndexByte(name, '[')
	if i < 0 || !strings.HasSuffix(name, "]") || i > 0 && name[i-1] != '@' {
		return "", "", false
	}
	return name[:i], name[i+1 : len(name)-1], true
}

// Command returns a host that is reached by a command which starts another one
// and connects to its standard input and output; that is put at its end, and is
// a POSIX shell. Such are
//
//	remote.Command("kubectl", "exec", "-i", "worker-0", "--")
//	remote.Command("docker", "exec", "-i", "worker")
//	remote.Command("srun", "--ntasks=1")
//	remote.Command("sudo", "-n", "-u", "worker")
func Command(argv ...string) Host {
	if len(argv) == 0 || argv[0] == "" {
		panic("remote: Command without a command")
	}
	return Host{Address: strings.Join(argv, " "), Launcher: command(argv)}
}

type command []string

func (c command) Launch(ctx context.Context, _ Host, stderr io.Writer) (Process, error) {
	conn, err := start(ctx, exec.Command(c[0], append(c[1:len(c):len(c)], "sh")...), ownGroup, stderr)
	return Process{Conn: conn, Shell: true}, err
}

// Local returns n hosts which are processes of this machine, and share its
// cores. Their Dir is a directory as the driver would name it.
func Local(n int) []Host {
	if n < 0 {
		panic(fmt.Sprintf("remote: Local(%d)", n))
	}
	hosts := make([]Host, n)
	for i := range hosts {
		hosts[i] = Host{Address: "local", Slots: max(1, runtime.GOMAXPROCS(0)/n), Launcher: local{}}
	}
	return hosts
}

type local struct{}

func (local) Launch(ctx context.Context, h Host, stderr io.Writer) (Process, error) {
	path, err := executable()
	if err != nil {
		return Process{}, err
	}
	if h.Binary != "" {
		path = h.Binary
	}
	cmd := exec.Command(path)
	cmd.Args[0] = os.Args[0]
	cmd.Dir = h.Dir
	cmd.Env = append(os.Environ(), PeerEnv+"=1")
	if h.Dir != "" {
		if err := os.MkdirAll(h.Dir, 0o700); err != nil {
			return Process{}, err
		}
	}
	conn, err := start(ctx, cmd, ownGroup, stderr)
	return Process{Conn: conn}, err
}
