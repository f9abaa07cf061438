package remote

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// maxNoise is how much login messages and shell profiles may write before a
// marker.
const maxNoise = 64 << 10

// skipTo reads up to the end of marker, and returns what was before it. Where it
// does not come, the error shows what came instead.
func skipTo(r *bufio.Reader, marker string) (noise []byte, err error) {
	for !bytes.HasSuffix(noise, []byte(marker)) {
		if len(noise) >= maxNoise+len(marker) {
			return noise, protocolError("%d bytes, and no marker among them: %s", len(noise), shown(noise))
		}
		c, err := r.ReadByte()
		if err != nil {
			if err != io.EOF {
				return noise, err
			}
			if len(noise) == 0 {
				return noise, errEnded
			}
			return noise, fmt.Errorf("%w, after %s", errEnded, shown(noise))
		}
		noise = append(noise, c)
	}
	return noise[:len(noise)-len(marker)], nil
}

// shown is how errors show bytes that should not have come.
func shown(b []byte) string {
	const most = 200
	if len(b) > most {
		return fmt.Sprintf("%q...", b[:most])
	}
	return fmt.Sprintf("%q", b)
}
