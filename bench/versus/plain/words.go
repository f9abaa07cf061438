package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"

	"anabranch.dev/bench/internal/trial"
)

func words(_ ctx, s *trial.Session) error {
	parts := make([]map[string]*int64, s.Workers)
	for i := range parts {
		parts[i] = map[string]*int64{}
	}
	err := eachBlock(s.Inputs[0], s.Workers, func(worker int, block []byte) {
		m := parts[worker]
		for word := range bytes.FieldsSeq(block) {
			if n := m[string(word)]; n != nil { // makes no string
				*n++
				continue
			}
			n := int64(1)
			m[string(word)] = &n
		}
	})
	if err != nil {
		return err
	}
	total := parts[0]
	for _, part := range parts[1:] {
		for word, n := range part {
			if t := total[word]; t != nil {
				*t += *n
			} else {
				total[word] = n
			}
		}
	}
	return writeLines(s.Output, func(w *bufio.Writer) {
		var line []byte
		for word, n := range total {
			line = append(append(line[:0], word...), '\t')
			line = append(strconv.AppendInt(line, *n, 10), '\n')
			w.Write(line)
		}
	})
}

// writeLines has f write a file. The writer remembers its first error.
func writeLines(path string, f func(*bufio.Writer)) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	f(w)
	return errors.Join(w.Flush(), out.Close())
}

// A summary is what is known of a station, in tenths of a degree.
type summary struct{ min, max, sum, count int64 }

func (s *summary) merge(o summary) {
	if s.count == 0 {
		*s = o
		return
	}
	s.min = min(s.min, o.min)
	s.max = max(s.max, o.max)
	s.sum += o.sum
	s.count += o.count
}

func stations(_ ctx, s *trial.Session) error {
	parts, errs := make([]map[string]*summary, s.Workers), make([]error, s.Workers)
	for i := range parts {
		parts[i] = map[string]*summary{}
	}
	err := eachBlock(s.Inputs[0], s.Workers, func(worker int, block []byte) {
		if err := summarise(block, parts[worker]); err != nil {
			errs[worker] = err
		}
	})
	if err := errors.Join(append(errs, err)...); err != nil {
		return err
	}
	total := parts[0]
	for _, part := range parts[1:] {
		for name, v := range part {
			if t := total[name]; t != nil {
				t.merge(*v)
			} else {
				total[name] = v
			}
		}
	}
	return writeLines(s.Output, func(w *bufio.Writer) {
		for name, v := range total {
			fmt.Fprintf(w, "%s;%.1f;%.1f;%.1f\n", name, float64(v.min)/10, float64(v.sum)/float64(v.count)/10, float64(v.max)/10)
		}
	})
}

func summarise(block []byte, m map[string]*summary) error {
	for line := range bytes.Lines(block) {
		name, number, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(";"))
		x, err := strconv.ParseFloat(string(number), 64)
		if err != nil {
			return err
		}
		tenths := int64(x*10 + 0.5)
		if x < 0 {
			tenths = int64(x*10 - 0.5)
		}
		v := m[string(name)]
		if v == nil {
			v = &summary{}
			m[string(name)] = v
		}
		v.merge(summary{tenths, tenths, tenths, 1})
	}
	return nil
}
