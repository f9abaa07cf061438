package exec

import (
	"encoding/json"
	"fmt"
)

// UnmarshalJSON reads a plan that was written as JSON, as a page or another program may
// have kept it. What cannot be a plan, since it speaks of operators or pipelines that are
// not there, or has an operator that feeds itself, is an error.
func (p *Plan) UnmarshalJSON(data []byte) error {
	type plain Plan
	var read plain
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	if err := (*Plan)(&read).check(); err != nil {
		return fmt.Errorf("not a plan: %w", err)
	}
	*p = Plan(read)
	return nil
}

// check finds what the methods of a plan could not cope with.
func (p *Plan) check() error {
	operator := func(i int) bool { return i >= 0 && i < len(p.Operators) }
	pipeline := func(n int) bool { return n >= 0 && n <= len(p.Pipelines) }
	for i := range p.Operators {
		o := &p.Operators[i]
		need := map[Role]int{RoleSink: 1, RoleBreaker: 1, RoleProbe: 2}[o.Role]
		if len(o.Takes) != len(o.Inputs) || len(o.Inputs) < need {
			return fmt.Errorf("operator %d has %d inputs, from %d pipelines", i, len(o.Inputs), len(o.Takes))
		}
		for j, in := range o.Inputs {
			if !operator(in) {
				return fmt.Errorf("operator %d has the input %d, of %d operators", i, in, len(p.Operators))
			}
			if !pipeline(o.Takes[j]) {
				return fmt.Errorf("operator %d takes rows of pipeline %d, of %d", i, o.Takes[j], len(p.Pipelines))
			}
		}
		if !pipeline(o.Gives) {
			return fmt.Errorf("operator %d gives rows to pipeline %d, of %d", i, o.Gives, len(p.Pipelines))
		}
	}
	for i, pipe := range p.Pipelines {
		for _, list := range [][]int{pipe.Operators, pipe.Origins} {
			for _, o := range list {
				if !operator(o) {
					return fmt.Errorf("pipeline %d has the operator %d, of %d", i+1, o, len(p.Operators))
				}
			}
		}
		for _, n := range pipe.After {
			if n == 0 || !pipeline(n) {
				return fmt.Errorf("pipeline %d is after %d, of %d", i+1, n, len(p.Pipelines))
			}
		}
	}
	return p.checkCycles()
}

// checkCycles finds an operator that feeds itself.
func (p *Plan) checkCycles() error {
	const below, passed = 1, 2
	state := make([]int8, len(p.Operators))
	var visit func(i int) error
	visit = func(i int) error {
		switch state[i] {
		case below:
			return fmt.Errorf("operator %d feeds itself", i)
		case passed:
			return nil
		}
		state[i] = below
		for _, in := range p.Operators[i].Inputs {
			if err := visit(in); err != nil {
				return err
			}
		}
		state[i] = passed
		return nil
	}
	for i := range p.Operators {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}
