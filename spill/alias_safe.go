//go:build race || purego

package spill

// offsetIn returns where in row its part key begins, or -1 when that is not easy
// to tell.
func offsetIn(row, key string) int {
	if len(key) <= len(row) && row[:len(key)] == key {
		return 0
	}
	return -1
}
