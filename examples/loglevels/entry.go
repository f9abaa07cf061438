package main

import (
	"fmt"
	"slices"
	"time"

	"anabranch.dev/df/text"
)

// levels are the levels that entries may have.
var levels = []string{"DEBUG", "INFO", "WARN", "ERROR", "FATAL"}

// entry is a line of a log. Its parts are cut from the line.
type entry struct{ line, hour, level, service string }

func (e entry) Line() string    { return e.line }
func (e entry) Service() string { return e.service }
func (e entry) Group() group    { return group{e.hour, e.level} }
func (e entry) IsError() bool   { return e.level == "ERROR" || e.level == "FATAL" }

// parse takes a line apart.
func parse(line string) (entry, error) {
	at, rest, _ := text.Cut(line, ' ')
	level, rest, _ := text.Cut(rest, ' ')
	service, _, found := text.Cut(rest, ' ')
	if !found {
		return entry{}, fmt.Errorf("not TIME LEVEL SERVICE MESSAGE")
	}
	if _, err := time.Parse(time.RFC3339, at); err != nil {
		return entry{}, fmt.Errorf("no time as in 2026-01-31T23:59:59Z: %q", at)
	}
	if !slices.Contains(levels, level) {
		return entry{}, fmt.Errorf("no level: %q", level)
	}
	return entry{line, at[:len("2026-01-31T23")], level, service}, nil
}
