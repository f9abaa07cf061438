package main

import (
	"bytes"
	"io"
	"os"
	"sync"
)

// What is done by hand: one goroutine, the standard library, and loops without functions between. These are the limit
// lines of the guard.

// eachBlock reads a file in blocks of whole lines. The last line must have an end.
func eachBlock(path string, f func(block []byte)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	buf, rest := make([]byte, 256<<10), 0
	for {
		n, err := file.Read(buf[rest:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		end := bytes.LastIndexByte(buf[:rest+n], '\n') + 1
		f(buf[:end])
		rest = copy(buf, buf[end:rest+n])
	}
}

func linesByHand(path string) (lines, total int64, err error) {
	err = eachBlock(path, func(block []byte) {
		for len(block) > 0 {
			end := bytes.IndexByte(block, '\n')
			lines++
			total += int64(end)
			block = block[end+1:]
		}
	})
	return lines, total, err
}

func wordsByHand(path string) (map[string]*int64, error) {
	counts := map[string]*int64{}
	err := eachBlock(path, func(block []byte) {
		start := 0
		for i, c := range block {
			if c != ' ' && c != '\n' {
				continue
			}
			if start < i {
				if n := counts[string(block[start:i])]; n != nil {
					*n++
				} else {
					n := int64(1)
					counts[string(block[start:i])] = &n
				}
			}
			start = i + 1
		}
	})
	return counts, err
}

func countByHand(keys []int64) map[int64]int64 {
	counts := map[int64]int64{}
	for _, k := range keys {
		counts[k]++
	}
	return counts
}

// sumByHand is a loop that needs a processor and nothing else, in parts, each on a goroutine.
func sumByHand(rows []int64, parts int) (total int64) {
	sums := make([]int64, parts)
	var all sync.WaitGroup
	for p := range parts {
		all.Go(func() {
			var sum int64
			for _, v := range rows[len(rows)*p/parts : len(rows)*(p+1)/parts] {
				for range 8 {
					v = v*0x5851F42D + v>>7
				}
				sum += v
			}
			sums[p] = sum
		})
	}
	all.Wait()
	for _, s := range sums {
		total += s
	}
	return total
}
