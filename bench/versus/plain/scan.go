package main

import (
	"bufio"
	"bytes"
	encoding "encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
)

// chain is one loop for each goroutine, into which the compiler puts all there is.
func chain(_ ctx, s *trial.Session) error {
	rows := data.Ints(int(s.Rows), int(s.Distinct), 1)
	if err := s.Start(); err != nil {
		return err
	}
	sums := make([]int64, s.Workers)
	eachPart(len(rows), s.Workers, func(worker, from, to int) {
		var sum int64
		for _, v := range rows[from:to] {
			v = v*0x5851F42D + 1
			if v>>32&7 != 0 {
				v ^= v >> 7
				sum += v + v>>1
			}
		}
		sums[worker] = sum
	})
	var sum int64
	for _, part := range sums {
		sum += part
	}
	if err := s.Stop(); err != nil {
		return err
	}
	var d digest.Sum
	d.AddInts(sum)
	s.Answer(1, d.String())
	return nil
}

// lines is the loop over a Scanner that everybody writes.
func lines(_ ctx, s *trial.Session) error {
	f, err := os.Open(s.Inputs[0])
	if err != nil {
		return err
	}
	defer f.Close()
	var n, bytes int64
	scanner := bufio.NewScanner(f)
	scanner.Buffer(make([]byte, 64<<10), 64<<20)
	for scanner.Scan() {
		n++
		bytes += int64(len(scanner.Bytes()))
	}
	if err := scanner.Err(); err != nil {
		return err
	}
	return write(s, fmt.Sprintf("%d lines of %d bytes", n, bytes))
}

func write(s *trial.Session, line string) error {
	return os.WriteFile(s.Output, []byte(line+"\n"), 0o666)
}

// totals is the answer to the scans of a table.
type totals struct {
	rows, v1, v2 int64
	v3           float64
}

// scanCSV has the standard library read a block.
func scanCSV(block []byte, t *totals) error {
	r := encoding.NewReader(bytes.NewReader(block))
	r.ReuseRecord = true
	for {
		row, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if row[0] == "id1" {
			continue
		}
		id4, err := strconv.ParseInt(row[3], 10, 64)
		if err != nil {
			return err
		}
		if id4 > 50 {
			continue
		}
		v1, err := strconv.ParseInt(row[6], 10, 64)
		if err != nil {
			return err
		}
		v2, err := strconv.ParseInt(row[7], 10, 64)
		if err != nil {
			return err
		}
		v3, err := strconv.ParseFloat(row[8], 64)
		if err != nil {
			return err
		}
		t.rows++
		t.v1 += v1
		t.v2 += v2
		t.v3 = max(t.v3, v3)
	}
}

func csv(_ ctx, s *trial.Session) error {
	parts, errs := make([]totals, s.Workers), make([]error, s.Workers)
	err := eachBlock(s.Inputs[0], s.Workers, func(worker int, block []byte) {
		if err := scanCSV(block, &parts[worker]); err != nil {
			errs[worker] = err
		}
	})
	if err := errors.Join(append(errs, err)...); err != nil {
		return err
	}
	return writeTotals(s, parts)
}
