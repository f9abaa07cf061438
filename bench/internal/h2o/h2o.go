// Package h2o reads what programs say of the questions of the db-benchmark, and writes their answers in one form.
//
// Such a program answers all questions in one process, from rows that it has read before, and prints a line for each
// with how long it took and what came out: the number of rows, and sums of the columns of the answer. Sums of fractions
// that were added up in another order differ in their last digits, so the form has six significant ones, and it has
// those sums alone that every program tells.
package h2o

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
)

// Groups are the group-by questions, and Joins the join questions.
var (
	Groups = []string{"q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10"}
	Joins  = []string{"q1", "q2", "q3", "q4", "q5"}
)

// An Answer is what a program says of a question.
type Answer struct {
	Question string
	Seconds  float64
	Rows     int64
	Sums     []float64 // of columns; zeros at the end may be missing
}

// String is the answer to a group-by question in the one form.
func (a Answer) String() string {
	rows, sums := strconv.FormatInt(a.Rows, 10), slices.Clone(a.Sums)
	switch a.Question {
	case "q4": // the hand-tuned program tells the mean of v3 alone
		sums = sums[max(0, len(sums)-1):]
	case "q8": // and of q8 groups in place of rows
		rows = "all"
	}
	for len(sums) > 0 && sums[len(sums)-1] == 0 {
		sums = sums[:len(sums)-1]
	}
	text := a.Question + " " + rows
	for _, s := range sums {
		text += fmt.Sprintf(" %.6g", s)
	}
	return text
}

// Tell tells a session the answers and the times of all questions.
func Tell(s *trial.Session, answers []Answer, questions []string) error {
	var parts []trial.Part
	var sum digest.Sum
	for _, q := range questions {
		i := slices.IndexFunc(answers, func(a Answer) bool { return a.Question == q })
		if i < 0 {
			return fmt.Errorf("question %s was not answered", q)
		}
		parts = append(parts, trial.Part{Name: q, Seconds: answers[i].Seconds})
		sum.AddString(answers[i].String())
	}
	s.Parts(parts)
	s.Answer(sum.Rows(), sum.String())
	return nil
}

// Ours reads what examples/h2o prints. kind is the word behind the number of rows: groups, counted or made.
//
//	q1       10 groups     36 ms   [15201 0 0]
func Ours(r io.Reader, kind string) (answers []Answer, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		f := strings.Fields(strings.NewReplacer("[", "", "]", "").Replace(lines.Text()))
		if len(f) < 6 || f[2] != kind {
			continue
		}
		a := Answer{Question: f[0]}
		n := numbers{fields: f}
		a.Rows, a.Seconds, a.Sums = int64(n.at(1)), n.at(3)/1000, n.from(5)
		if n.err != nil {
			return nil, fmt.Errorf("line %q: %w", lines.Text(), n.err)
		}
		answers = append(answers, a)
	}
	return answers, lines.Err()
}

// Limit reads what bench/limit/h2o prints. It does some questions in two ways, of which the faster counts.
//
//	q3 sum v1 mean v3 by id3         99.1 ms   500 15201 25405.18
func Limit(r io.Reader) (answers []Answer, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		ms := slices.Index(f, "ms")
		if ms < 2 || f[0][0] != 'q' || ms+1 == len(f) {
			continue
		}
		a := Answer{Question: f[0]}
		n := numbers{fields: f}
		a.Seconds, a.Rows, a.Sums = n.at(ms-1)/1000, int64(n.at(ms+1)), n.from(ms+2)
		if n.err != nil {
			return nil, fmt.Errorf("line %q: %w", lines.Text(), n.err)
		}
		if a.Question == "q10" { // the sum before the count
			slices.Reverse(a.Sums)
		}
		i := slices.IndexFunc(answers, func(o Answer) bool { return o.Question == a.Question })
		if i < 0 {
			answers = append(answers, a)
		} else if a.Seconds < answers[i].Seconds {
			answers[i] = a
		}
	}
	return answers, lines.Err()
}

// numbers reads fields, and keeps the first error.
type numbers struct {
	fields []string
	err    error
}

func (n *numbers) at(i int) float64 {
	x, err := strconv.ParseFloat(n.fields[i], 64)
	if n.err == nil {
		n.err = err
	}
	return x
}

func (n *numbers) from(i int) (list []float64) {
	for ; i < len(n.fields); i++ {
		list = append(list, n.at(i))
	}
	return list
}
