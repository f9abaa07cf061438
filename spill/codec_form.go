package spill

import (
	"maps"
	"reflect"
	"strings"
)

// encoder appends the bytes of the value at x to b. depth counts how often its type was met on the way to it.
type encoder func(b []byte, x place, depth int) []byte

// decoder reads the value at src[at:] into x, and returns where the next begins. It sets all of *x, whatever was
// there. at is in [0, len(src)].
type decoder func(src []byte, at int, x place, depth int) (next int, err error)

// A form is how the values of a type are written:
//
//	number         its memory, little-endian
//	bool           a byte, 0 or 1
//	string         its length, its bytes
//	array, struct  the elements or fields, one after the other; no padding, no blank fields
//	slice, map     0 when nil, else 1 + length; the elements, or the keys and values in turn
//	pointer        0 when nil, else 1 and the value
//	methods        the length of what the method gave, that
//	time           see timeKernel
//
// Lengths are uvarints. An element, or a key with its value, that may take no bytes is preceded by a byte 0, so that
// no length is longer than the bytes that follow it.
//
// There are two sets of kernels, which write the same: one over memory, and its safe twin over reflection.
type form struct {
	rt     reflect.Type
	enc    encoder
	dec    decoder
	codec  any     // the Codec that was registered
	fixed  int     // the bytes that every value takes; or -1
	min    int     // the bytes that a value takes at least
	memory bool    // its bytes are its memory
	text   bool    // a string
	heap   bool    // methods get its address, or that of a part
	fields []field // of a struct that is written field by field
}

type field struct {
	index int
	off   uintptr
	name  string // with the dot
	f     *form
}

const maxDepth = 10_000

// formOf returns the form of a type.
func formOf(rt reflect.Type) (*form, error) {
	known.Lock()
	defer known.Unlock()
	c := compiler{map[reflect.Type]*form{}}
	f, err := c.form(rt, rt.String())
	if err != nil {
		return nil, err
	}
	maps.Copy(known.forms, c.forms)
	return f, nil
}

// compiler makes the form of one type and of all types inside of it.
type compiler struct {
	forms map[reflect.Type]*form // without those known before
}

// form returns the form of rt. It is not finished yet, without enc and dec, when rt holds itself. That is through a
// pointer, a slice or a map, so that it takes at least one byte.
func (c *compiler) form(rt reflect.Type, path string) (*form, error) {
	if f := known.forms[rt]; f != nil {
		return f, nil
	}
	if f := c.forms[rt]; f != nil {
		return f, nil
	}
	f := &form{rt: rt, fixed: -1, min: 1}
	c.forms[rt] = f
	return f, c.fill(f, path)
}

func (c *compiler) fill(f *form, path string) (err error) {
	switch {
	case isTime(f.rt):
		f.min = timeSize
		f.enc, f.dec = timeKernel()
		return nil
	case f.rt == locationType:
		return refuse(f.rt, path, "a time.Location is known by its identity, which cannot be written")
	case f.rt.PkgPath() == "unique" && strings.HasPrefix(f.rt.Name(), "Handle["):
		return refuse(f.rt, path, "a unique.Handle is known by its identity, which cannot be written")
	}
	if m, ok := methodsOf(f.rt); ok {
		f.heap = true
		f.enc, f.dec = methodKernel(f.rt, m)
		return nil
	}
	switch f.rt.Kind() {
	case reflect.Bool:
		f.fixed = 1
		f.enc, f.dec = boolKernel()
	case reflect.String:
		f.text = true
		f.enc, f.dec = stringKernel()
	case reflect.Array:
		err = c.array(f, path)
	case reflect.Slice:
		err = c.slice(f, path)
	case reflect.Map:
		err = c.mapping(f, path)
	case reflect.Pointer:
		err = c.pointer(f, path)
	case reflect.Struct:
		err = c.structure(f, path)
	case reflect.Chan:
		err = refuse(f.rt, path, "a chan has no value that can be written")
	case reflect.Func:
		err = refuse(f.rt, path, "a func has no value that can be written")
	case reflect.UnsafePointer:
		err = refuse(f.rt, path, "an unsafe.Pointer does not say what it points to")
	case reflect.Interface:
		err = refuse(f.rt, path, "an interface does not say what to read back; spill.Register can give it a codec")
	default:
		f.memory = true
		f.fixed = int(f.rt.Size())
		f.min = f.fixed
		f.enc, f.dec = numberKernel(f.rt)
	}
	return err
}

func refuse(rt reflect.Type, path, reason string) error { return &TypeError{rt, path, reason} }

func (c *compiler) array(f *form, path string) error {
	elem, err := c.form(f.rt.Elem(), path+"[]")
	if err != nil {
		return err
	}
	n := f.rt.Len()
	f.min = n * elem.min
	if elem.fixed >= 0 || n == 0 {
		f.fixed = n * elem.fixed
	}
	f.memory, f.heap = elem.memory || n == 0, elem.heap
	f.enc, f.dec = arrayKernel(f, elem)
	return nil
}

func (c *compiler) slice(f *form, path string) error {
	elem, err := c.form(f.rt.Elem(), path+"[]")
	if err != nil {
		return err
	}
	f.enc, f.dec = sliceKernel(f.rt, elem)
	return nil
}

func (c *compiler) mapping(f *form, path string) error {
	key, err := c.form(f.rt.Key(), path+"[key]")
	if err != nil {
		return err
	}
	elem, err := c.form(f.rt.Elem(), path+"[value]")
	if err != nil {
		return err
	}
	f.enc, f.dec = mapKernel(f.rt, key, elem)
	return nil
}

func (c *compiler) pointer(f *form, path string) error {
	elem, err := c.form(f.rt.Elem(), path)
	if err != nil {
		return err
	}
	f.enc, f.dec = pointerKernel(f.rt, elem)
	return nil
}

func (c *compiler) structure(f *form, path string) error {
	f.fixed, f.min, f.memory = 0, 0, true
	for i := range f.rt.NumField() {
		sf := f.rt.Field(i)
		if sf.Name == "_" {
			f.memory = false
			continue
		}
		name := "." + sf.Name
		ff, err := c.form(sf.Type, path+name)
		if err != nil {
			return err
		}
		f.fields = append(f.fields, field{i, sf.Offset, name, ff})
		f.min += ff.min
		if ff.fixed < 0 || f.fixed < 0 {
			f.fixed = -1
		} else {
			f.fixed += ff.fixed
		}
		f.memory = f.memory && ff.memory
		f.heap = f.heap || ff.heap
	}
	f.memory = f.memory && f.fixed == int(f.rt.Size())
	f.enc, f.dec = structKernel(f)
	return nil
}

// kernels returns what writes and reads values of f. Where f is not finished, a value is on its way to a value of
// its own type, and the depth is counted.
func (f *form) kernels() (encoder, decoder) {
	if f.enc != nil {
		return f.enc, f.dec
	}
	enc := func(b []byte, x place, depth int) []byte {
		if depth >= maxDepth {
			panic(&CodecError{f.rt.String(), ErrTooDeep})
		}
		return f.enc(b, x, depth+1)
	}
	dec := func(src []byte, at int, x place, depth int) (int, error) {
		if depth >= maxDepth {
			return 0, errDepth
		}
		return f.dec(src, at, x, depth+1)
	}
	return enc, dec
}
