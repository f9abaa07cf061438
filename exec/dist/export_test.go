package dist

// Kept is of how many runs this process keeps parcels.
func Kept() int {
	keeps.mu.Lock()
	defer keeps.mu.Unlock()
	return len(keeps.runs)
}
