//go:build !(race || purego || mips || mips64 || ppc64 || s390x)

package spill

import "unsafe"

// part is one step through the memory of a struct: what lies next to each other and is copied is one.
type part struct {
	off  uintptr
	kind partKind
	size uintptr // of partMemory
	name string  // of the first field in it, with the dot
	enc  encoder // of partOther
	dec  decoder
}

type partKind uint8

const (
	partWord   partKind = iota // 8 bytes of memory
	partMemory                 // size bytes of memory
	partString
	partOther
)

// partsOf appends the parts of a struct that begins at off to parts. Structs inside are taken apart.
func partsOf(parts []part, f *form, off uintptr, name string) []part {
	for _, ff := range f.fields {
		at, name := off+ff.off, name+ff.name
		switch {
		case ff.f.fixed == 0: // nothing to write
		case ff.f.memory:
			parts = join(parts, part{off: at, size: ff.f.rt.Size(), name: name})
		case ff.f.text:
			parts = append(parts, part{off: at, kind: partString, name: name})
		case ff.f.fields != nil:
			parts = partsOf(parts, ff.f, at, name)
		default:
			enc, dec := ff.f.kernels()
			parts = append(parts, part{off: at, kind: partOther, name: name, enc: enc, dec: dec})
		}
	}
	return parts
}

// join appends a part of memory, or makes it one with that before it.
func join(parts []part, p part) []part {
	if n := len(parts); n > 0 && parts[n-1].size > 0 && parts[n-1].off+parts[n-1].size == p.off {
		p.off, p.size, p.name = parts[n-1].off, parts[n-1].size+p.size, parts[n-1].name
		parts = parts[:n-1]
	}
	p.kind = partMemory
	if p.size == 8 {
		p.kind = partWord
	}
	return append(parts, p)
}

func structKernel(f *form) (encoder, decoder) {
	if f.memory {
		return memoryKernel(f.rt.Size())
	}
	parts := partsOf(nil, f, 0, "")
	enc := func(b []byte, x place, depth int) []byte {
		for i := range parts {
			p := &parts[i]
			at := unsafe.Add(x, p.off)
			switch p.kind {
			case partWord:
				b = appendWord(b, at, 0)
			case partMemory:
				b = append(b, memoryOf(at, p.size)...)
			case partString:
				b = appendString(b, at, 0)
			default:
				b = p.enc(b, at, depth)
			}
		}
		return b
	}
	dec := func(src []byte, pos int, x place, depth int) (_ int, err error) {
		for i := range parts {
			p := &parts[i]
			at := unsafe.Add(x, p.off)
			switch p.kind {
			case partWord:
				pos, err = readWord(src, pos, at, 0)
			case partMemory:
				if len(src)-pos < int(p.size) {
					return 0, within(p.name, errShort)
				}
				pos += copy(memoryOf(at, p.size), src[pos:])
			case partString:
				pos, err = readString(src, pos, at, 0)
			default:
				pos, err = p.dec(src, pos, at, depth)
			}
			if err != nil {
				return 0, within(p.name, err)
			}
		}
		return pos, nil
	}
	return enc, dec
}
