package exec

import (
	"reflect"
	"testing"

	"anabranch.dev/internal/plan"
)

type pair[A, B any] struct {
	A A
	B B
}

func TestTypeName(t *testing.T) {
	type local struct{}
	for _, test := range []struct {
		of   any
		want string
	}{
		{1, "int"}, {"", "string"}, {[]byte{}, "[]uint8"},
		{pair[plan.Order, *plan.Site]{}, "exec.pair[plan.Order,*plan.Site]"},
		{pair[int, []pair[plan.Kind, plan.Kind]]{}, "exec.pair[int,[]exec.pair[plan.Kind,pla…"},
		{local{}, "exec.local"},
	} {
		if got := typeName(reflect.TypeOf(test.of)); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}
