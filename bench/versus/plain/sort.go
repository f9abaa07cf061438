package main

import (
	"bufio"
	"cmp"
	"os"
	"slices"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
)

// sorted sorts parts of rows, a goroutine each, and merges them into a new slice.
func sorted[T cmp.Ordered](rows []T, workers int) []T {
	parts := make([][]T, workers)
	eachPart(len(rows), workers, func(worker, from, to int) {
		parts[worker] = rows[from:to]
		slices.Sort(parts[worker])
	})
	for len(parts) > 1 {
		var merged [][]T
		for i := 0; i < len(parts); i += 2 {
			if i+1 == len(parts) {
				merged = append(merged, parts[i])
				continue
			}
			merged = append(merged, merge(parts[i], parts[i+1]))
		}
		parts = merged
	}
	return parts[0]
}

func merge[T cmp.Ordered](a, b []T) []T {
	dst := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0] < a[0] {
			dst, b = append(dst, b[0]), b[1:]
		} else {
			dst, a = append(dst, a[0]), a[1:]
		}
	}
	return append(append(dst, a...), b...)
}

func sortFile(_ ctx, s *trial.Session) error {
	f, err := os.Open(s.Inputs[0])
	if err != nil {
		return err
	}
	defer f.Close()
	var rows []string
	scanner := bufio.NewScanner(f)
	scanner.Buffer(make([]byte, 64<<10), 64<<20)
	for scanner.Scan() {
		rows = append(rows, scanner.Text())
	}
	if err := scanner.Err(); err != nil {
		return err
	}
	rows = sorted(rows, s.Workers)
	return writeLines(s.Output, func(w *bufio.Writer) {
		for _, row := range rows {
			w.WriteString(row)
			w.WriteByte('\n')
		}
	})
}

func sortInts(_ ctx, s *trial.Session) error {
	return sortRows(s, data.IntsIn(int(s.Rows), data.Random, 1), (*digest.Ordered).AddInt)
}

func sortStrings(_ ctx, s *trial.Session) error {
	return sortRows(s, data.ShortStrings(int(s.Rows), 1), (*digest.Ordered).AddString)
}

// sortRows is from a slice to another one, as ours is.
func sortRows[T cmp.Ordered](s *trial.Session, rows []T, add func(*digest.Ordered, T)) error {
	if err := s.Start(); err != nil {
		return err
	}
	rows = sorted(slices.Clone(rows), s.Workers)
	if err := s.Stop(); err != nil {
		return err
	}
	var d digest.Ordered
	for _, row := range rows {
		add(&d, row)
	}
	s.Answer(d.Rows(), d.String())
	return nil
}

// groups counts in a map for each goroutine.
func groups(_ ctx, s *trial.Session) error {
	keys := data.Ints(int(s.Rows), int(s.Distinct), 1)
	if err := s.Start(); err != nil {
		return err
	}
	parts := make([]map[int64]int64, s.Workers)
	eachPart(len(keys), s.Workers, func(worker, from, to int) {
		m := map[int64]int64{}
		for _, k := range keys[from:to] {
			m[k]++
		}
		parts[worker] = m
	})
	total := parts[0]
	for _, part := range parts[1:] {
		for k, n := range part {
			total[k] += n
		}
	}
	if err := s.Stop(); err != nil {
		return err
	}
	var d digest.Sum
	for k, n := range total {
		d.AddInts(k, n)
	}
	s.Answer(d.Rows(), d.String())
	return nil
}
