package remote

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"anabranch.dev/exec/dist"
)

// TestRunOver ends a run while a handler waits for something else than its stream, and
// the peer at the other end says nothing: the context of the handler ends with the run.
func TestRunOver(t *testing.T) {
	checkLeaks(t)
	quiet := Service{Handlers: map[Kind]Handler{64: func(ctx context.Context, s *Stream) error {
		back, err := s.Open(ctx, Header{Kind: KindFile, ID: 7})
		if err != nil {
			return err
		}
		<-ctx.Done()
		return back.Close()
	}}}
	c := inProcess(t, Dialer{}, quiet)
	serving, ended := make(chan struct{}), make(chan error, 1)
	stop := workers{c}.Serve(7, func(ctx context.Context, _ dist.Header, _ dist.Stream) error {
		close(serving)
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return nil
	})
	s, err := c.Open(t.Context(), 1, Header{Kind: 64})
	if err != nil {
		t.Fatal(err)
	}
	<-serving
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	if !within(10*time.Second, stopped) {
		t.Fatal("the run waits for its handler, and the handler for the run")
	}
	s.Close()
	if err := <-ended; !errors.Is(err, errRunOver) {
		t.Errorf("the handler's context ended with %v", err)
	}
}

// TestStoppedEarly closes streams before they are served. The contexts of their handlers
// end all the same.
func TestStoppedEarly(t *testing.T) {
	checkLeaks(t)
	var waiting sync.WaitGroup
	wait := Service{Handlers: map[Kind]Handler{64: func(ctx context.Context, s *Stream) error {
		defer waiting.Done()
		<-ctx.Done()
		return context.Cause(ctx)
	}}}
	c := inProcess(t, Dialer{}, wait)
	for range 3000 {
		waiting.Add(1)
		s, err := c.Open(t.Context(), 1, Header{Kind: 64})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	all := make(chan struct{})
	go func() {
		defer close(all)
		waiting.Wait()
	}()
	if !within(10*time.Second, all) {
		t.Error("handlers wait for what has been said")
	}
	_ = c.Close()
	<-all
}

func within(d time.Duration, done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}
