package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"sync"
)

type ctx = context.Context

const blockBytes = 1 << 20

// eachBlock reads a file in blocks of whole lines, and has as many goroutines as there are workers call f with them. A
// block is f's until it returns.
func eachBlock(path string, workers int, f func(worker int, block []byte)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	blocks, free := make(chan []byte), make(chan []byte, 2*workers)
	for range cap(free) {
		free <- make([]byte, 0, 2*blockBytes)
	}
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for block := range blocks {
				f(worker, block)
				free <- block[:0]
			}
		})
	}
	err = cut(file, blocks, free)
	close(blocks)
	all.Wait()
	return err
}

// cut sends blocks that end with a line.
func cut(r io.Reader, blocks chan<- []byte, free <-chan []byte) error {
	var rest []byte // of a line
	for {
		block := append(<-free, rest...)
		n, err := io.ReadFull(r, block[len(block):len(block)+blockBytes])
		block = block[:len(block)+n]
		if err != nil {
			if len(block) > 0 {
				blocks <- block
			}
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return nil
			}
			return err
		}
		end := bytes.LastIndexByte(block, '\n') + 1
		rest = append(rest[:0], block[end:]...)
		blocks <- block[:end]
	}
}

// eachPart has goroutines call f with parts of 0..n-1.
func eachPart(n, workers int, f func(worker, from, to int)) {
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() { f(worker, n*worker/workers, n*(worker+1)/workers) })
	}
	all.Wait()
}
