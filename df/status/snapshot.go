package status

import (
	"encoding/json"
	"maps"
	"time"
)

// Runs tells what the page shows.
func (p *Page) Runs() Runs {
	s, _, _ := p.snapshot()
	for i := range s.Recent {
		s.Recent[i].shorten()
	}
	return s
}

// shorten leaves out what each operator did: of 20 runs that is a lot.
func (s *Run) shorten() {
	s.Rates = nil
	if s.Progress != nil {
		whole := *s.Progress
		whole.Plan, whole.Pipelines, whole.Operators = nil, nil, nil
		s.Progress = &whole
	}
}

// String gives the runs as JSON, so that a Page is an expvar.Var:
//
//	expvar.Publish("runs", page)
func (p *Page) String() string {
	text, err := json.Marshal(p.Runs())
	if err != nil { // a number that JSON does not have
		text, _ = json.Marshal(map[string]string{"error": err.Error()})
	}
	return string(text)
}

// snapshot tells what the page shows, how many runs have ended, and of which version
// that is. The lock is held only to copy what there is: runs wait for it.
func (p *Page) snapshot() (Runs, map[State]int64, version) {
	now := time.Now()
	ended := map[State]int64{}
	p.mu.Lock()
	current, recent := copied(p.mu.current), copied(p.mu.recent)
	maps.Copy(ended, p.mu.ended)
	version := p.mu.version
	p.mu.Unlock()

	s := Runs{Now: now, Current: []Run{}, Recent: []Run{}} // JSON has lists for them
	for i := range current {
		s.Current = append(s.Current, current[i].snapshot(now))
	}
	for i := range recent {
		s.Recent = append(s.Recent, recent[i].snapshot(now))
	}
	return s, ended, version
}

// copied are the runs as they are now: what they point to does not change.
func copied(runs []*run) []run {
	list := make([]run, len(runs))
	for i, r := range runs {
		list[i] = *r
	}
	return list
}

// find returns the run with an ID.
func (s *Runs) find(id int) *Run {
	for _, list := range [][]Run{s.Current, s.Recent} {
		for i := range list {
			if list[i].ID == id {
				return &list[i]
			}
		}
	}
	return nil
}
