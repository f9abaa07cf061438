package parquetio

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A field is a place in a row that a column is read into.
type field struct {
	name    string       // as the program has it
	path    []string     // of the column
	index   []int        // of the field, as reflect has it
	offset  uintptr      // in the row
	typ     reflect.Type // of its values: that of the field, or what it points to
	pointer bool
	zero    bool // null is the zero value
}

// column names the column in texts.
func (f *field) column() string { return strings.Join(f.path, ".") }

// fieldsOf finds the fields of a type of rows.
func fieldsOf(t reflect.Type) ([]field, error) {
	if t.Kind() != reflect.Struct || t == timeType {
		return nil, fmt.Errorf("rows of type %v: a struct is needed, with a field for each column that is to be read", t)
	}
	list, err := appendFields(nil, t, field{})
	if err != nil {
		return nil, fmt.Errorf("rows of type %v: %w", t, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("rows of type %v: no field is there for a column", t)
	}
	seen := map[string]string{}
	for _, f := range list {
		c := f.column()
		if before, ok := seen[c]; ok {
			return nil, fmt.Errorf("rows of type %v: fields %s and %s are both for column %q", t, before, f.name, c)
		}
		seen[c] = f.name
	}
	return list, nil
}

// appendFields appends the fields of a struct that stands at a place in the row.
func appendFields(list []field, t reflect.Type, at field) ([]field, error) {
	for i := range t.NumField() {
		sf := t.Field(i)
		name, options, _ := strings.Cut(sf.Tag.Get("parquet"), ",")
		if name == "-" && options == "" || !sf.IsExported() && !sf.Anonymous {
			continue
		}
		f := field{
			name:   strings.TrimPrefix(at.name+"."+sf.Name, "."),
			path:   at.path,
			index:  append(slices.Clone(at.index), i),
			offset: at.offset + sf.Offset,
			typ:    sf.Type,
			zero:   slices.Contains(strings.Split(options, ","), "optional"),
		}
		if !sf.Anonymous {
			if name == "" {
				name = sf.Name
			}
			f.path = append(slices.Clone(at.path), name)
		}
		if f.typ.Kind() == reflect.Struct && f.typ != timeType {
			var err error
			if list, err = appendFields(list, f.typ, f); err != nil {
				return nil, err
			}
			continue
		}
		if f.typ.Kind() == reflect.Pointer {
			f.pointer, f.typ = true, f.typ.Elem()
		}
		if sf.Anonymous || !f.readable() {
			return nil, fmt.Errorf("field %s is of type %v, which no column can be read into", f.name, sf.Type)
		}
		f.zero = f.zero || f.typ.Kind() == reflect.Slice // nil is not empty
		list = append(list, f)
	}
	return list, nil
}

var timeType = reflect.TypeFor[time.Time]()

// readable tells whether values of the field's type can come from any column.
func (f *field) readable() bool {
	switch k := f.typ.Kind(); k {
	case reflect.Bool, reflect.Float32, reflect.Float64, reflect.String:
		return true
	case reflect.Slice:
		return f.typ.Elem().Kind() == reflect.Uint8 && !f.pointer
	case reflect.Array:
		return f.typ.Elem().Kind() == reflect.Uint8 && !f.pointer && f.typ.Len() > 0
	default:
		return f.typ == timeType || signed(k) || unsigned(k)
	}
}

func signed(k reflect.Kind) bool   { return reflect.Int <= k && k <= reflect.Int64 }
func unsigned(k reflect.Kind) bool { return reflect.Uint <= k && k <= reflect.Uint64 }
