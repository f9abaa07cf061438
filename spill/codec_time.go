package spill

import (
	"encoding/binary"
	"maps"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	timeType     = reflect.TypeFor[time.Time]()
	locationType = reflect.TypeFor[time.Location]()
)

// isTime reports whether rt is time.Time, or a type defined as it.
func isTime(rt reflect.Type) bool { return rt.Kind() == reflect.Struct && rt.ConvertibleTo(timeType) }

// A time is its seconds since 1970 in 8 bytes, its nanoseconds and one of these in 4, and for the last the name of
// the location, the name of the zone, and its offset as a varint.
const (
	inUTC = iota
	inLocal
	inZone

	timeSize = 12
	nsecBits = 30
)

func timeKernel() (encoder, decoder) { return encodeTime, decodeTime }

func encodeTime(b []byte, x place, _ int) []byte {
	t := *pointerTo[time.Time](x)
	b = binary.LittleEndian.AppendUint64(b, uint64(t.Unix()))
	nsec := uint32(t.Nanosecond())
	switch loc := t.Location(); loc {
	case time.UTC:
		return binary.LittleEndian.AppendUint32(b, nsec|inUTC<<nsecBits)
	case time.Local:
		return binary.LittleEndian.AppendUint32(b, nsec|inLocal<<nsecBits)
	default:
		b = binary.LittleEndian.AppendUint32(b, nsec|inZone<<nsecBits)
		name, offset := t.Zone()
		z := zone{loc.String(), name, offset}
		if locations.find(z) == nil {
			locations.add(z, loc)
		}
		b = append(binary.AppendUvarint(b, uint64(len(z.location))), z.location...)
		b = append(binary.AppendUvarint(b, uint64(len(z.name))), z.name...)
		return binary.AppendVarint(b, int64(z.offset))
	}
}

func decodeTime(src []byte, at int, x place, _ int) (int, error) {
	if len(src)-at < timeSize {
		return 0, errShort
	}
	sec := int64(binary.LittleEndian.Uint64(src[at:]))
	low := binary.LittleEndian.Uint32(src[at+8:])
	at += timeSize
	nsec := low & (1<<nsecBits - 1)
	if nsec >= 1e9 {
		return 0, errTime
	}
	t := time.Unix(sec, int64(nsec)) // in time.Local
	switch low >> nsecBits {
	case inUTC:
		t = t.UTC()
	case inLocal:
	case inZone:
		var z zone
		var err error
		if z, at, err = readZone(src, at); err != nil {
			return 0, err
		}
		t = t.In(locations.at(z, t))
	default:
		return 0, errTime
	}
	*pointerTo[time.Time](x) = t
	return at, nil
}

// zone is what is kept of a location: its name, and what it says of one time.
type zone struct {
	location string // as in "Europe/Berlin"
	name     string // as in "CET"
	offset   int    // in seconds
}

// readZone reads a zone that points into src.
func readZone(src []byte, at int) (z zone, next int, err error) {
	n, at, err := readSize(src, at)
	if err != nil {
		return z, 0, err
	}
	z.location = viewOf(src[at : at+n])
	n, at, err = readSize(src, at+n)
	if err != nil {
		return z, 0, err
	}
	z.name = viewOf(src[at : at+n])
	at += n
	offset, n := binary.Varint(src[at:])
	if n <= 0 || int64(int(offset)) != offset {
		return z, 0, errTime
	}
	z.offset = int(offset)
	return z, at + n, nil
}

// locations remembers the locations that times were written with, so that they get the same ones back.
var locations zoneTable

// maxZones bounds the table. There are about 1,000 zones in the world; programs can make more.
const maxZones = 4096

// zoneTable is a map that is copied when it is written to, which is seldom.
type zoneTable struct {
	mu sync.Mutex // of writers
	m  atomic.Pointer[map[zone]*time.Location]
}

func (t *zoneTable) find(z zone) *time.Location {
	if m := t.m.Load(); m != nil {
		return (*m)[z]
	}
	return nil
}

// add remembers loc for z, unless there is one already or the table is full.
func (t *zoneTable) add(z zone, loc *time.Location) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := map[zone]*time.Location{}
	if old := t.m.Load(); old != nil {
		if (*old)[z] != nil || len(*old) >= maxZones {
			return
		}
		m = maps.Clone(*old)
	}
	z.location, z.name = strings.Clone(z.location), strings.Clone(z.name)
	m[z] = loc
	t.m.Store(&m)
}

// at returns a location that says z of the time at.
func (t *zoneTable) at(z zone, at time.Time) *time.Location {
	if loc := t.find(z); loc != nil {
		return loc
	}
	loc := loadLocation(z.location)
	if loc != nil {
		if name, offset := at.In(loc).Zone(); name != z.name || offset != z.offset {
			loc = nil
		}
	}
	if loc == nil {
		loc = time.FixedZone(strings.Clone(z.name), z.offset)
	}
	t.add(z, loc)
	return loc
}

// loadLocation returns the location of that name, if the system knows it.
func loadLocation(name string) *time.Location {
	switch name {
	case "", "UTC", "Local": // time.LoadLocation has those for other purposes
		return nil
	}
	loc, err := time.LoadLocation(strings.Clone(name))
	if err != nil {
		return nil
	}
	return loc
}
