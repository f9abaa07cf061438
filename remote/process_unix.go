//go:build unix

package remote

import (
	"os/exec"
	"os/signal"
	"syscall"
)

// ownGroup keeps what is typed at the terminal, as Control-C, from cmd.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// noTerminal has cmd run without a terminal that it could ask at.
func noTerminal(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}

// kill ends cmd and what it has started, unless those went their own ways.
func kill(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Process.Kill() // it may have ended
}

// ignoreBrokenPipe makes writing to nobody an error, and not the end.
func ignoreBrokenPipe() { signal.Ignore(syscall.SIGPIPE) }
