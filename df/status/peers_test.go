package status_test

import (
	"strings"
	"testing"
	"time"

	"anabranch.dev/df/status"
	"anabranch.dev/exec"
)

// TestPeers: a run on a cluster has a table of its peers, and what they are at; one that is
// not has none.
func TestPeers(t *testing.T) {
	page := status.New()
	run := start(t, page, "run")
	run.Tell(progress(1))
	if body := text(t, get(t, page, "/")); strings.Contains(body, "Tasks done") {
		t.Error("there are peers")
	}
	p := progress(2)
	p.Peers = []exec.PeerProgress{
		{Name: "peer 1 (node1)", State: "ready", Slots: 8, Tasks: 12, In: 5 << 20, Out: 1 << 10},
		{Name: "peer 2 (<b>)", State: "lost", Slots: 4, Tasks: 3, Lost: 2},
	}
	p.Tasks = []exec.Task{{Worker: 1, Peer: "peer 1 (node1)", Operator: 2, Input: "task 14", For: 3 * time.Second}}
	run.Tell(p)
	body := text(t, get(t, page, "/"))
	for _, want := range []string{
		"peer 1 (node1)</th>", "count by, task 14, for 3", "<td>12</td>", "peer 2 (&lt;b&gt;)", ">lost</td>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("there is no %q in\n%s", want, body)
		}
	}
	if body := text(t, get(t, page, "/runs.json")); !strings.Contains(body, `"peers":[{"name":"peer 1 (node1)"`) && !strings.Contains(body, `"name": "peer 1 (node1)"`) {
		t.Errorf("not in JSON: %s", body)
	}
}
