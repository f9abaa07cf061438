//go:build !linux || (!amd64 && !arm64)

package vfs

import "os"

func prefetch(*os.File, int64, int64) {}

func flush(*os.File, int64, int64) {}
