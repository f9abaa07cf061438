package remote

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// signalled starts three peers, a stream to the first, which waits, and sends
// that a signal. It returns how the stream ends, and after which time.
func signalled(t *testing.T, silence time.Duration, sig syscall.Signal) (took time.Duration, err error) {
	t.Helper()
	c := dial(t, Dialer{Silence: silence}, Local(3)...)
	s := open(t, c, 1, Header{Kind: kindSleep})
	if _, err := io.ReadFull(s, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := syscall.Kill(c.Peers()[0].Process, sig); err != nil {
		t.Fatal(err)
	}
	_, err = s.Read(make([]byte, 1))
	took = time.Since(start)
	if p := c.Peers()[0]; p.State != Lost {
		t.Errorf("%+v", p)
	}
	roundTrip(t, c, 2, "still there")
	roundTrip(t, c, 3, "still there")
	return took, err
}

func TestPeerKilled(t *testing.T) {
	checkLeaks(t)
	took, err := signalled(t, 20*time.Second, syscall.SIGKILL)
	if !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "peer 1 (local): serve: peer lost: the connection ended; the process ended: signal: killed") {
		t.Error(err)
	}
	if took > 5*time.Second {
		t.Errorf("noticed after %v", took)
	}
	t.Logf("noticed after %v", took)
}

func TestPeerStopped(t *testing.T) {
	checkLeaks(t)
	took, err := signalled(t, 2*time.Second, syscall.SIGSTOP)
	if !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "peer lost: nothing heard of it for 2s") {
		t.Error(err)
	}
	if took < 1500*time.Millisecond || took > 8*time.Second {
		t.Errorf("noticed after %v", took)
	}
	t.Logf("noticed after %v", took)
}

// TestDriverStopped stops the driver longer than its peers may be silent.
func TestDriverStopped(t *testing.T) {
	d := startDriver(t, time.Second)
	d.signal(t, syscall.SIGSTOP)
	time.Sleep(2500 * time.Millisecond) // it is not long enough for the peers to leave
	d.signal(t, syscall.SIGCONT)
	d.ask(t, "ready ready ready")
	d.signal(t, syscall.SIGKILL)
	d.gone(t)
}

func TestDriverKilled(t *testing.T) {
	d := startDriver(t, 20*time.Second)
	d.ask(t, "ready ready ready")
	d.signal(t, syscall.SIGKILL)
	start := time.Now()
	d.gone(t)
	t.Logf("peers ended after %v", time.Since(start))
	var left []string
	_ = filepath.WalkDir(d.dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !cachedName.MatchString(e.Name()) {
			left = append(left, path)
		}
		return nil
	})
	if len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// A driver is a process with peers of its own.
type driver struct {
	cmd   *exec.Cmd
	dir   string
	in    io.WriteCloser
	out   *bufio.Reader
	peers []int
}

// driverEnv makes a driver of a process that runs this binary.
const driverEnv = "ANABRANCH_TEST_DRIVER"

func init() {
	if dir := os.Getenv(driverEnv); dir != "" && os.Getenv(PeerEnv) == "" {
		drive(dir)
		os.Exit(1)
	}
}

// drive dials three peers, prints their processes, and answers each line with
// their states.
func drive(dir string) {
	mainCalled.Store(true)
	silence, _ := time.ParseDuration(os.Getenv(driverEnv + "_SILENCE"))
	hosts := Local(2)
	hosts[0].Dir = dir
	if address, options, ok := strings.Cut(os.Getenv(driverEnv+"_SSH"), "\n"); ok {
		hosts = append(hosts, Host{Address: address, Dir: dir, Launcher: SSH{Options: strings.Split(options, "\n")}})
	} else {
		hosts = append(hosts, Host{Address: "shell", Dir: dir, Launcher: shell{"sh"}})
	}
	c, err := Dialer{Silence: silence, AtLeast: 3}.Dial(context.Background(), hosts...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range c.Peers() {
		s, err := c.Open(context.Background(), p.ID, Header{Kind: kindTemp, Name: dir})
		if err == nil {
			_, err = io.ReadFull(s, make([]byte, 4))
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(p.Process)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var states []string
		for _, p := range c.Peers() {
			states = append(states, p.State.String())
		}
		fmt.Println(strings.Join(states, " "))
	}
}

// TestDriverKilledSSH has one of the peers behind ssh, which was started by the
// driver, and must not stay either.
func TestDriverKilledSSH(t *testing.T) {
	server := startSSH(t)
	t.Setenv(driverEnv+"_SSH", "127.0.0.1:"+server.port+"\n"+strings.Join(server.options, "\n"))
	d := startDriver(t, 20*time.Second)
	d.ask(t, "ready ready ready")
	client := "ssh\x00-F\x00none\x00-i\x00" + server.dir
	if n := len(processesLike(t, client)); n != 1 {
		t.Errorf("there are %d clients", n)
	}
	d.signal(t, syscall.SIGKILL)
	d.gone(t)
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		clients := processesLike(t, client)
		if len(clients) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("left behind: %v", clients)
		}
	}
}

// processesLike returns the processes whose command line begins so.
func processesLike(t *testing.T, line string) (pids []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && strings.HasPrefix(string(b), line) {
			pids = append(pids, f)
		}
	}
	return pids
}

// TestSSHStopped stops a peer behind ssh. When it wakes up, it finds that nobody
// is there any more.
func TestSSHStopped(t *testing.T) {
	server := startSSH(t)
	c := dial(t, Dialer{Silence: 2 * time.Second}, server.hosts(2)...)
	pid := c.Peers()[0].Process
	s := open(t, c, 1, Header{Kind: kindSleep})
	if _, err := io.ReadFull(s, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(make([]byte, 1)); !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "nothing heard of it for 2s") {
		t.Error(err)
	}
	roundTrip(t, c, 2, "still there")
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	(&driver{peers: []int{pid}}).gone(t)
}

func startDriver(t *testing.T, silence time.Duration) *driver {
	t.Helper()
	d := &driver{cmd: exec.Command("/proc/self/exe"), dir: t.TempDir()}
	d.cmd.Env = append(os.Environ(), driverEnv+"="+d.dir, driverEnv+"_SILENCE="+silence.String())
	d.cmd.Stderr = os.Stderr
	in, err := d.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait()
	})
	d.in, d.out = in, bufio.NewReader(out)
	for range 3 {
		line, err := d.out.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("the driver says %q", line)
		}
		d.peers = append(d.peers, pid)
	}
	return d
}

func (d *driver) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := d.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func (d *driver) ask(t *testing.T, want string) {
	t.Helper()
	if _, err := fmt.Fprintln(d.in, "how are they?"); err != nil {
		t.Fatal(err)
	}
	if got, err := d.out.ReadString('\n'); err != nil || got != want+"\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// gone waits for the peers to end.
func (d *driver) gone(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(8 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		var left []int
		for _, pid := range d.peers {
			if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && !strings.Contains(string(stat), ") Z ") {
				left = append(left, pid)
			}
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("these peers have not ended: %v", left)
		}
	}
}

// TestClosedPipes has peers that close their standard input, or output, and go
// on.
func TestClosedPipes(t *testing.T) {
	checkLeaks(t)
	for _, script := range []string{"exec >&-; sleep 100", "exec <&-; sleep 100", "exec sleep 100"} {
		start := time.Now()
		d := Dialer{Timeout: 300 * time.Millisecond}
		_, err := d.Dial(t.Context(), Host{Address: "odd", Launcher: shell{"sh", "-c", script}})
		if err == nil || !strings.Contains(err.Error(), "peer 1 (odd): probe: ") {
			t.Errorf("%s: %v", script, err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: %v", script, took)
		}
		t.Log(err)
	}
}

// TestHangingHost has a host that never answers beside one that does.
func TestHangingHost(t *testing.T) {
	checkLeaks(t)
	hanging := Host{Address: "hanging", Launcher: shell{"sleep", "100"}}
	c, err := Dialer{Timeout: time.Second}.Dial(t.Context(), Local(1)[0], hanging)
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, c, 1, "hello")
	if p := c.Peers()[1]; p.State != Lost || p.Err == nil || p.Err.Error() != "peer 2 (hanging): probe: no progress for 1s" {
		t.Errorf("%+v", p)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}

	if _, err := (Dialer{Timeout: time.Second, AtLeast: 2}).Dial(t.Context(), Local(1)[0], hanging); err == nil || !strings.HasPrefix(err.Error(), "remote: 1 of 2 hosts reached: peer 2 (hanging): probe: no progress") {
		t.Error(err)
	}

	canceled, giveUp := context.WithCancelCause(t.Context())
	time.AfterFunc(300*time.Millisecond, func() { giveUp(errors.New("never mind")) })
	if _, err := Dial(canceled, Local(1)[0], hanging); err == nil || !strings.HasPrefix(err.Error(), "remote: 1 of 2 hosts reached: peer 2 (hanging): probe: never mind") {
		t.Error(err)
	}

	ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, errors.New("enough"))
	defer cancel()
	start := time.Now()
	if _, err := Dial(ctx, hanging); err == nil || !strings.Contains(err.Error(), "probe: enough") || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

// TestRemoveWhileDialling removes a peer that will never be there.
func TestRemoveWhileDialling(t *testing.T) {
	checkLeaks(t)
	c := dial(t, Dialer{}, Local(1)...)
	added := make(chan error, 1)
	go func() {
		_, err := c.Add(t.Context(), Host{Address: "hanging", Launcher: shell{"sleep", "100"}})
		added <- err
	}()
	for len(c.Peers()) < 2 {
		time.Sleep(time.Millisecond)
	}
	if err := c.Remove(2); err != nil {
		t.Error(err)
	}
	if err := <-added; !errors.Is(err, ErrRemoved) {
		t.Error(err)
	}
	if p := c.Peers()[1]; p.State != Removed {
		t.Errorf("%+v", p)
	}
}
