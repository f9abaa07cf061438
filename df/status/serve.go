package status

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// Serve is the option of a run that serves a page about it at an address, as in
// "localhost:8080", while the run lasts. Without a host, as in ":8080", that is the
// loopback interface; all interfaces are asked for by "0.0.0.0:8080" or "[::]:8080".
//
// When the page can be reached, and before the run begins, each of the functions is called
// with its URL. So a program may leave the choice of the port to the system:
//
//	status.Serve("localhost:0", func(url string) { fmt.Fprintln(os.Stderr, "see", url) })
//
// A run whose address cannot be had fails.
func Serve(address string, told ...func(url string)) df.Option {
	site := plan.Caller()
	if slices.ContainsFunc(told, func(f func(string)) bool { return f == nil }) {
		panic(fmt.Sprintf("status.Serve (%v): nil function", site))
	}
	return func(c *exec.Config) {
		c.Watchers = append(c.Watchers, exec.Watcher{Op: "status page", Site: site, Start: func(fail func(error)) (exec.Watch, error) {
			return serve(address, told, fail)
		}})
	}
}

// server is a page with a server of its own, for one run.
type server struct {
	watch
	http        *http.Server
	ended       chan struct{} // closed when no more connections are taken
	connections sync.WaitGroup
	open        atomic.Int64 // connections
}

// What readers may take. A page that is followed asks again within a second.
const (
	maxConnections = 128
	answerIn       = maxWait + 10*time.Second
	lastAnswers    = 100 * time.Millisecond // for those who are to see how the run has ended
)

func serve(address string, told []func(string), fail func(error)) (exec.Watch, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if host == "" {
		host = "127.0.0.1"
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	s := &server{watch: watch{page: New()}, ended: make(chan struct{})}
	s.http = &http.Server{
		Handler:           s,
		ConnState:         s.connection,
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      answerIn,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // of readers: their connections have ended
	}
	go func() {
		defer close(s.ended)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fail(err)
		}
	}()
	ready := false
	defer func() {
		if !ready { // one of the functions has panicked
			s.close()
		}
	}()
	for _, f := range told {
		f(urlOf(host, l.Addr()))
	}
	s.run = s.page.begin("")
	ready = true
	return s, nil
}

// urlOf is where a browser on this machine finds what listens at an address.
func urlOf(host string, a net.Addr) string {
	_, port, _ := net.SplitHostPort(a.String())
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// connection counts those that are open, and closes those that are too many.
func (s *server) connection(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.connections.Add(1)
		if s.open.Add(1) > maxConnections {
			_ = c.Close() // its goroutine will see
		}
	case http.StateClosed:
		s.open.Add(-1)
		s.connections.Done()
	}
}

// ServeHTTP is that of the page, which has no server around it that would tell of a panic.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if v := recover(); v != nil {
			http.Error(w, fmt.Sprint("status: panic: ", v), http.StatusInternalServerError)
		}
	}()
	s.page.ServeHTTP(w, r)
}

// End ends the server. Those who wait for news are told the end of the run before.
func (s *server) End(err error) {
	s.watch.End(err)
	s.close()
}

func (s *server) close() {
	ctx, cancel := context.WithTimeout(context.Background(), lastAnswers)
	defer cancel()
	if s.http.Shutdown(ctx) != nil { // some do not read
		_ = s.http.Close()
	}
	<-s.ended
	s.connections.Wait()
}
