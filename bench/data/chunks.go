package data

import (
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
)

// writeChunks writes chunks 0..n-1 in order. fill appends chunk i to dst, drawing from the random numbers of that
// chunk; all cores call it, so it must not write to anything shared. The bytes do not depend on the number of
// cores. At most two chunks per core are in memory.
func writeChunks(w io.Writer, n int, seed uint64, fill func(dst []byte, i int, rnd *rand.PCG) []byte) (int64, error) {
	workers := min(runtime.GOMAXPROCS(0), max(n, 1))
	made := make([]chan []byte, workers) // worker k makes chunks k, k+workers, ...
	free := make([]chan []byte, workers)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for k := range workers {
		made[k], free[k] = make(chan []byte, 2), make(chan []byte, 2) // room for both buffers: no send blocks
		free[k] <- nil
		free[k] <- nil
		wg.Go(func() {
			for i := k; i < n; i += workers {
				select {
				case buf := <-free[k]:
					made[k] <- fill(buf[:0], i, rand.NewPCG(seed, uint64(i)))
				case <-stop:
					return
				}
			}
		})
	}
	defer wg.Wait()
	defer close(stop)
	var total int64
	for i := range n {
		buf := <-made[i%workers]
		m, err := w.Write(buf)
		total += int64(m)
		if err != nil {
			return total, err
		}
		free[i%workers] <- buf
	}
	return total, nil
}
