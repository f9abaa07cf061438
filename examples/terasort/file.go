package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"anabranch.dev/df"
	"anabranch.dev/examples/internal/cli"
)

// part is records of a file, which follow one another.
type part struct {
	file  *os.File
	first int64 // number of the first, from 0
	count int64
}

const partRecords = 2500 // 250 kB are read at a time

// parts are all records of a file.
func parts(file *os.File) (list []part, err error) {
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", file.Name())
	case info.Size()%recordBytes != 0:
		return nil, fmt.Errorf("%s: %d bytes are no whole records of %d", file.Name(), info.Size(), recordBytes)
	}
	all := info.Size() / recordBytes
	for first := int64(0); first < all; first += partRecords {
		list = append(list, part{file, first, min(partRecords, all-first)})
	}
	return list, nil
}

// read reads the records of a part.
func (p part) read() (string, error) {
	from, size := p.first*recordBytes, p.count*recordBytes
	var text strings.Builder
	text.Grow(int(size))
	if _, err := io.CopyN(&text, io.NewSectionReader(p.file, from, size), size); err != nil {
		return "", fmt.Errorf("%s, records from number %d on: %w", p.file.Name(), p.first, err)
	}
	return text.String(), nil
}

// records gives the records of a part.
func records(_ context.Context, p part) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		text, err := p.read()
		if err != nil {
			yield("", err)
			return
		}
		for ; text != ""; text = text[recordBytes:] {
			if !yield(record(text[:recordBytes]), nil) {
				return
			}
		}
	}
}

// write runs a plan and writes its records to a file, in their order. They have
// another name until they are all there: a run that fails leaves what was there
// before.
func write(ctx context.Context, path string, records df.Stream[record], settings *cli.Settings) error {
	if settings.Explained(records) {
		return nil
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", path)
	}
	dir, base := filepath.Split(path)
	temp := filepath.Join(dir, fmt.Sprintf(".%s.%d.tmp", base, os.Getpid()))
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	err = df.ForEach(ctx, records, func(r record) error {
		_, err := out.WriteString(string(r))
		return err
	}, settings.Options()...)
	if err == nil {
		err = cmp.Or(out.Flush(), file.Sync())
	}
	if err = cmp.Or(err, file.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		_ = os.Remove(temp) // what went wrong before says more
	}
	return err
}
