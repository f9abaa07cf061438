//go:build race || purego

package text

// view returns the bytes of s as a string.
func view[S ~string | ~[]byte](s S) string { return string(s) }

// own returns b as an S.
func own[S ~string | ~[]byte](b []byte) S { return S(b) }
