package remote

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"strings"
)

//go:embed boot.sh
var bootScript string

// bootMarker begins each line that the script says.
const bootMarker = "\nanabranch-boot:"

// maxAnswer bounds those lines.
const maxAnswer = 4 << 10

// installer turns a shell at the other end of a transport into a peer. The shell
// is given a script, in one piece, so that it has read all of it before it runs;
// from then on driver and script take turns, and nobody reads more than was meant
// for it.
type installer struct {
	t       *transport
	program program
	stage   func(Stage)
}

func (i *installer) run(dir string) error {
	i.stage(StageProbe)
	if _, err := io.WriteString(i.t, script(i.program, dir)); err != nil {
		return i.why(err)
	}
	answer, err := i.answer("probe")
	if err != nil {
		return err
	}
	state, system, machine, err := parseProbe(answer)
	if err != nil {
		return err
	}
	if err := i.program.runsOn(system, machine); err != nil {
		return err
	}
	if state == "need" {
		i.stage(StageUpload)
		if err := i.upload(); err != nil {
			return err
		}
	}
	i.stage(StageStart)
	_, err = io.WriteString(i.t, "run\n")
	return err
}

// script is one command for the shell: it reads it whole before it runs it.
func script(p program, dir string) string {
	return fmt.Sprintf("{\nhash=%s size=%d dir=%s\n%s}\n", quote(p.hash), p.size, quoteDir(dir), bootScript)
}

// quote makes a word of the shell of any text.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// quoteDir keeps a directory from being an option, or a name that cd looks for
// elsewhere.
func quoteDir(dir string) string {
	switch {
	case dir == "" || strings.HasPrefix(dir, "/"):
		return quote(dir)
	case dir == "~":
		return `"$HOME"`
	case strings.HasPrefix(dir, "~/"):
		return `"$HOME"` + quote(dir[1:])
	}
	return quote("./" + dir)
}

// answer returns what the script has to say.
func (i *installer) answer(want string) (string, error) {
	if _, err := skipTo(i.t.r, bootMarker); err != nil {
		return "", err
	}
	line, err := readLine(i.t.r)
	if err != nil {
		return "", endOf(err)
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch word {
	case want:
		return rest, nil
	case "fail":
		return "", fmt.Errorf("the host: %s", strings.ToValidUTF8(rest, "\uFFFD"))
	}
	return "", protocolError("the host answers %s, and not %q", shown([]byte(line)), want)
}

func readLine(r io.ByteReader) (string, error) {
	var line []byte
	for len(line) <= maxAnswer {
		c, err := r.ReadByte()
		if err != nil {
			return "", err
		}
		if c == '\n' {
			return string(line), nil
		}
		line = append(line, c)
	}
	return "", protocolError("a line of more than %d bytes: %s", maxAnswer, shown(line))
}

// parseProbe reads what the script says about the host.
func parseProbe(answer string) (state, system, machine string, err error) {
	words := strings.Fields(answer)
	if len(words) < 3 || words[0] != "have" && words[0] != "need" {
		return "", "", "", protocolError("the host answers %s to the probe", shown([]byte(answer)))
	}
	for _, w := range words[1:] {
		if strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != "" {
			return "", "", "", protocolError("the host answers %s to the probe", shown([]byte(answer)))
		}
	}
	return words[0], words[1], words[len(words)-1], nil
}

func (i *installer) upload() error {
	f, err := os.Open(i.program.path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.WriteString(i.t, "upload\n"); err != nil {
		return i.why(err)
	}
	n, err := io.Copy(i.t, io.LimitReader(f, i.program.size))
	switch {
	case err != nil:
		return i.why(err)
	case n < i.program.size:
		return fmt.Errorf("the program has %d bytes, and had %d when it was read first", n, i.program.size)
	}
	_, err = i.answer("stored")
	return err
}

// why returns the reason that the script gives for not taking what was written,
// or else that the connection has ended.
func (i *installer) why(err error) error {
	if _, said := i.answer(""); said != nil {
		return said
	}
	return err
}
