package main

// A row of the table of the group-by questions.
type row struct {
	id1, id2, id3 short
	id4, id5, id6 int32
	v1, v2        int32
	v3            float64
}

const header = "id1,id2,id3,id4,id5,id6,v1,v2,v3"

func takeRow(f *fields) (r row) {
	r.id1, r.id2, r.id3 = f.short(), f.short(), f.short()
	r.id4, r.id5, r.id6 = f.integer(), f.integer(), f.integer()
	r.v1, r.v2 = f.integer(), f.integer()
	r.v3 = f.float()
	return r
}
