package main

import (
	"context"
	"fmt"
	"hash/crc32"
	"iter"
	"math/bits"

	"anabranch.dev/df"
	"anabranch.dev/examples/internal/cli"
)

// summary is what is known of records that follow one another.
type summary struct {
	records    int64
	duplicates int64 // records with the key of the one before
	high, low  uint64
	wrong      record // the first that is less than the one before; "": none is
	wrongAt    int64  // its number, from 0

	first, last record
}

// one is the summary of one record.
func one(r record) summary {
	return summary{records: 1, low: uint64(crc32.ChecksumIEEE([]byte(r))), first: r, last: r}
}

// then is the summary of the records of s and of those of t, which follow. It
// is associative.
func (s summary) then(t summary) summary {
	if s.wrong == "" {
		switch {
		case t.first.key() < s.last.key():
			s.wrong, s.wrongAt = t.first, s.records
		case t.wrong != "":
			s.wrong, s.wrongAt = t.wrong, s.records+t.wrongAt
		}
	}
	if t.first.key() == s.last.key() {
		s.duplicates++
	}
	s.records += t.records
	s.duplicates += t.duplicates
	var carry uint64
	s.low, carry = bits.Add64(s.low, t.low, 0)
	s.high, _ = bits.Add64(s.high, t.high, carry)
	s.last = t.last
	return s
}

// String has a line for each number. The checksum has 128 bits.
func (s summary) String() string {
	sum := fmt.Sprintf("%x", s.low)
	if s.high > 0 {
		sum = fmt.Sprintf("%x%016x", s.high, s.low)
	}
	return fmt.Sprintf("records         %d\nduplicate keys  %d\nchecksum        %s\n", s.records, s.duplicates, sum)
}

// disorder is an error unless the records are in order.
func (s summary) disorder() error {
	if s.wrong == "" {
		return nil
	}
	return fmt.Errorf("record %d, with the key %x, is out of order", s.wrongAt, s.wrong.key())
}

// summarise reads all parts, each on one core.
func summarise(ctx context.Context, list []part, settings *cli.Settings) (s summary, err error) {
	each := df.Source(list, func(_ context.Context, p part) iter.Seq2[summary, error] {
		return func(yield func(summary, error) bool) { yield(p.summarise()) }
	})
	all := df.Reduce(each, summary.then)
	if settings.Explained(all) {
		return s, nil
	}
	s, _, err = df.First(ctx, all, settings.Options()...)
	return s, err
}

// summarise reads a part, which has at least one record.
func (p part) summarise() (s summary, err error) {
	text, err := p.read()
	if err != nil {
		return s, err
	}
	s = one(record(text[:recordBytes]))
	for text = text[recordBytes:]; text != ""; text = text[recordBytes:] {
		s = s.then(one(record(text[:recordBytes])))
	}
	return s, nil
}
