package examples_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// terminal opens a terminal of 60 columns: what is written to its end, and the end.
func terminal(t *testing.T) (screen, end *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { screen.Close() })
	control := func(what uintptr, value unsafe.Pointer) {
		if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), what, uintptr(value)); err != 0 {
			t.Skip(err)
		}
	}
	unlocked, number := int32(0), uint32(0)
	control(syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked))
	control(syscall.TIOCGPTN, unsafe.Pointer(&number))
	size := [4]uint16{24, 60}
	control(syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	if end, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { end.Close() })
	return screen, end
}

// TestProgressOnTerminal runs a command whose standard error is a terminal.
func TestProgressOnTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("takes six seconds")
	}
	for _, test := range []struct {
		args   []string
		silent bool
	}{{[]string{"-"}, false}, {[]string{"-q", "-"}, true}} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			t.Parallel()
			screen, end := terminal(t)
			var shown, out bytes.Buffer
			cmd := exec.Command(filepath.Join(bin, "wordcount"), test.args...)
			cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "TERM=xterm", "NO_PROGRESS=")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = slowInput(t), &out, end
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			end.Close() // the command has it; reading ends when it has ended
			read := make(chan struct{})
			go func() {
				defer close(read)
				_, _ = shown.ReadFrom(screen) // EIO at the end
			}()
			err := cmd.Wait()
			<-read
			text := shown.String()
			if err != nil || out.String() != "6\ta\n6\tword\n" || test.silent != (text == "") {
				t.Errorf("error %v, printed %q, showed %q", err, out.String(), text)
			}
			if test.silent {
				return
			}
			if !strings.Contains(text, "total unknown") || !strings.Contains(text, "\ndone in ") || strings.Contains(text, "\x1b") {
				t.Errorf("showed %q", text)
			}
			for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
				if n := len([]rune(line)); n > 60 {
					t.Errorf("a line of %d runes: %q", n, line)
				}
			}
		})
	}
}
