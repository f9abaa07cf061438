package remote

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
)

// ReadHosts reads a file of hosts; see [ParseHosts].
func ReadHosts(name string) ([]Host, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParseHosts(name, f)
}

// ParseHosts reads hosts, one a line: an address for ssh, and what differs from
// the zero [Host]. What has spaces stands in double quotes, as in Go; a # begins
// a comment.
//
//	# name      what differs
//	node1
//	node2       slots=8 dir=/scratch/ann
//	ann@pi:2222 binary=wordcount-linux-arm64   # built for it
//
// Errors name the file and the line.
func ParseHosts(name string, r io.Reader) ([]Host, error) {
	var hosts []Host
	lines := bufio.NewScanner(r)
	n := 0
	for lines.Scan() {
		n++
		words, err := splitWords(lines.Text())
		if err == nil && len(words) > 0 {
			var h Host
			if h, err = parseHost(words); err == nil {
				hosts = append(hosts, h)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	return hosts, nil
}

func parseHost(words []string) (Host, error) {
	h := Host{Address: words[0]}
	if _, _, err := sshDestination(h.Address); err != nil {
		return h, err
	}
	if strings.Contains(h.Address, "=") {
		return h, fmt.Errorf("a host begins with its address, and not with %s", h.Address)
	}
	seen := map[string]bool{}
	for _, w := range words[1:] {
		key, value, ok := strings.Cut(w, "=")
		switch {
		case !ok:
			return h, fmt.Errorf("%q follows the address, which is not one of slots=, dir=, binary= and direct=", w)
		case seen[key]:
			return h, fmt.Errorf("%s= stands there twice", key)
		case value == "":
			return h, fmt.Errorf("%s= without a value", key)
		}
		seen[key] = true
		switch key {
		case "slots":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > maxSlots {
				return h, fmt.Errorf("slots=%s: not a number from 1 to %d", value, maxSlots)
			}
			h.Slots = n
		case "dir":
			h.Dir = value
		case "binary":
			h.Binary = value
		case "direct":
			if _, _, err := splitDirect(value); err != nil {
				return h, err
			}
			h.Direct = value
		default:
			return h, fmt.Errorf("unknown %s=; there are slots=, dir=, binary= and direct=", key)
		}
	}
	return h, nil
}

// splitWords splits a line at spaces that are not in quotes, and leaves out its
// comment.
func splitWords(line string) (words []string, err error) {
	for {
		line = strings.TrimLeftFunc(line, unicode.IsSpace)
		if line == "" || line[0] == '#' {
			return words, nil
		}
		var word strings.Builder
		for line != "" {
			if r := rune(line[0]); unicode.IsSpace(r) {
				break
			}
			if line[0] != '"' {
				word.WriteByte(line[0])
				line = line[1:]
				continue
			}
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, fmt.Errorf("a quote does not end, or what it has is not as in Go: %s", line)
			}
			text, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, err
			}
			word.WriteString(text)
			line = line[len(quoted):]
		}
		words = append(words, word.String())
	}
}

// HostsFlag is a [flag.Value] for the hosts of a program. Each use of the flag adds
// the hosts of a file, or, if its value has a comma, or names no file, hosts by
// their addresses:
//
//	var hosts remote.HostsFlag
//	flag.Var(&hosts, "hosts", "a file of hosts, or their `addresses`, with commas between")
//	flag.Parse()
//	cluster, err := remote.Dial(ctx, hosts...)
type HostsFlag []Host

// Set implements [flag.Value].
func (f *HostsFlag) Set(value string) error {
	if !strings.Contains(value, ",") {
		if info, err := os.Stat(value); err == nil && !info.IsDir() {
			hosts, err := ReadHosts(value)
			if err == nil && len(hosts) == 0 {
				err = fmt.Errorf("%s has no hosts", value)
			}
			*f = append(*f, hosts...)
			return err
		}
		if strings.ContainsRune(value, os.PathSeparator) && !strings.HasPrefix(value, "ssh://") {
			return fmt.Errorf("no file %s", value)
		}
	}
	for address := range strings.SplitSeq(value, ",") {
		if _, _, err := sshDestination(address); err != nil {
			return err
		}
		*f = append(*f, Host{Address: address})
	}
	return nil
}

func (f *HostsFlag) String() string {
	if f == nil {
		return ""
	}
	var addresses []string
	for _, h := range *f {
		addresses = append(addresses, h.Address)
	}
	return strings.Join(addresses, ",")
}
