package remote

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

const (
	maxHost      = 253         // bytes, of names
	maxAddress   = maxHost + 8 // with a port
	maxAddresses = 16          // of a peer
)

// splitDirect takes a [Host.Direct] apart. No host means all addresses of the
// machine, and port 0 any that is free.
func splitDirect(setting string) (host, port string, err error) {
	wrong := func(why string) (string, string, error) {
		return "", "", fmt.Errorf("direct=%s: %s", setting, why)
	}
	if _, err := netip.ParseAddr(setting); err == nil || !strings.Contains(setting, ":") {
		host, port = setting, "0"
	} else {
		if host, port, err = net.SplitHostPort(setting); err != nil {
			return wrong("not ADDRESS, ADDRESS:PORT or :PORT")
		}
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return wrong("the port is not a number from 1 to 65535")
		}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil && (len(host) > maxHost || strings.ContainsFunc(host, foreign)) || ip.Zone() != "" {
		return wrong("not an IP address or a name")
	}
	return host, port, nil
}

// foreign is what names of hosts do not have.
func foreign(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_", r)
}

// listenDirect listens for other peers, and returns where they may find it.
func listenDirect(setting string) (net.Listener, []string, error) {
	host, port, err := splitDirect(setting)
	if err != nil {
		return nil, nil, err
	}
	own, err := ownAddresses()
	if err != nil {
		return nil, nil, err
	}
	at := ""
	if slices.Contains(own, host) {
		at = host // and not at an address that is forwarded to this machine, or a name
	}
	l, err := net.Listen("tcp", net.JoinHostPort(at, port))
	if err != nil {
		return nil, nil, err
	}
	port = strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	if host != "" {
		own = []string{host}
	}
	addresses := []string{}
	for _, a := range own[:min(len(own), maxAddresses)] {
		addresses = append(addresses, net.JoinHostPort(a, port))
	}
	return l, addresses, nil
}

// ownAddresses returns the addresses of this machine's interfaces; those that
// only the machine itself can use come last.
func ownAddresses() ([]string, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var own, loopback []string
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || n.IP.IsLinkLocalUnicast(): // it means nothing without an interface
		case n.IP.IsLoopback():
			loopback = append(loopback, n.IP.String())
		default:
			own = append(own, n.IP.String())
		}
	}
	return append(own, loopback...), nil
}
