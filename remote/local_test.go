package remote

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestLocal(t *testing.T) {
	checkLeaks(t)
	c := dial(t, Dialer{}, Local(2)...)
	for id := 1; id <= 2; id++ {
		roundTrip(t, c, id, "")
		roundTrip(t, c, id, "a few words")
		roundTrip(t, c, id, strings.Repeat("many ", 1<<20))
	}
	for _, p := range c.Peers() {
		if p.State != Ready || p.Name != "local" || p.Slots < 1 || p.Err != nil || p.Process == 0 {
			t.Errorf("%+v", p)
		}
	}
}

func TestKilledPeer(t *testing.T) {
	checkLeaks(t)
	c := dial(t, Dialer{}, Local(2)...)
	start := time.Now()
	err := outcome(t, c, 1, Header{Kind: kindExit, Name: "the last words"})
	var pe *PeerError
	if !errors.As(err, &pe) || !errors.Is(err, ErrLost) || pe.ID != 1 || pe.Stage != StageServe || !strings.Contains(err.Error(), "the last words") {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
	roundTrip(t, c, 2, "still there")
	if _, err := c.Open(t.Context(), 1, Header{Kind: KindEcho}); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	if p := c.Peers()[0]; p.State != Lost || !errors.Is(p.Err, ErrLost) {
		t.Errorf("%+v", p)
	}
}

func TestHandlerError(t *testing.T) {
	checkLeaks(t)
	c := dial(t, Dialer{}, Local(1)...)
	_, err := io.ReadAll(open(t, c, 1, Header{Kind: kindFail, Name: "no luck"}))
	var re *RemoteError
	if !errors.As(err, &re) || re.Text != "no luck" || err.Error() != `peer 1 (local): kind 65 "no luck": no luck` {
		t.Error(err)
	}
	_, err = io.ReadAll(open(t, c, 1, Header{Kind: 99}))
	if !errors.As(err, &re) || re.Text != "it has no handler for streams of kind 99" {
		t.Error(err)
	}
	roundTrip(t, c, 1, "still there")
}
