package remote

import (
	"os"
	"path/filepath"
	"regexp"
	"time"
)

const (
	keepPrograms = 30 * 24 * time.Hour // since they were last started
	keepUploads  = 24 * time.Hour      // that were cut off
)

// cachedName matches what boot.sh puts into the cache.
var cachedName = regexp.MustCompile(`^[0-9a-f]{64}(\..+\.tmp)?$`)

// prune notes that the program at path was started now, if it lies in a cache,
// and removes others from there that were not for long. Nobody depends on it, so
// what cannot be removed stays.
func prune(path string, now time.Time) {
	if !cachedName.MatchString(filepath.Base(path)) {
		return
	}
	_ = os.Chtimes(path, now, now)
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return
	}
	for _, e := range entries {
		other := filepath.Join(filepath.Dir(path), e.Name())
		if !e.Type().IsRegular() || !cachedName.MatchString(e.Name()) || other == path {
			continue
		}
		keep := keepPrograms
		if filepath.Ext(other) == ".tmp" {
			keep = keepUploads
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > keep {
			_ = os.Remove(other)
		}
	}
}
