//go:build !(amd64 || arm64) || race || purego || asan || msan

package hashtable

func readable16(s string) bool        { return len(s) <= inline }
func load16(s string) (w0, w1 uint64) { return words16Safe(s) }
