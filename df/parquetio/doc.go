// Package parquetio reads Parquet files as rows of a struct.
//
//	type Trip struct {
//		City  string    `parquet:"city"`
//		Begin time.Time `parquet:"begin"`
//		Fare  *float64  `parquet:"fare"` // nil where the file has null
//	}
//
//	trips := parquetio.Read[Trip]("trips/**/*.parquet")
//	byCity := df.CountBy(trips, func(t Trip) string { return t.City })
//
// # Ideas
//
// The type of the rows says which columns are read: of a file with a hundred columns and a
// struct with three fields, the bytes of three columns. Nothing is read of others, and what
// is filtered out afterwards has been read.
//
// Workers read pieces: row groups, and where the file has an index of its pages parts of
// them, of about 4 MiB of the columns that are asked for. So one large row group keeps all
// cores busy, and small ones cost no more than they are.
//
// # Fields
//
// A column goes to the exported field of its name, or of the name in its tag. Fields tagged
// "-" and fields without export stay zero. Those of a struct are columns of the group of its
// name, and those of an embedded struct columns beside the others.
//
//	field                           column
//	bool                            BOOLEAN
//	int8 ... int64, int             INT32, INT64 of no more bits; also dates, times, timestamps as stored
//	uint8 ... uint64, uint          unsigned integers of no more bits
//	float32, float64                FLOAT, DOUBLE of no more bits
//	string, []byte                  BYTE_ARRAY: STRING, ENUM, JSON, BSON and plain
//	[n]byte, []byte                 FIXED_LEN_BYTE_ARRAY(n), as a UUID
//	time.Time                       TIMESTAMP, DATE, INT96, in UTC
//	*T, of these but bytes          the same; nil is null
//
// A null in a field that is no pointer and no []byte is an error that names the row. With
// "optional" behind the name in the tag, as in `parquet:"fare,optional"`, it is the zero
// value. Lists, maps and decimals cannot be read yet: a file may have them beside the
// columns that are asked for.
//
// Columns may be compressed by Snappy, zstd, gzip and Brotli. Damaged files are
// [df.ErrCorrupt], as far as their checksums tell; one without checksums can make the
// library ask for more memory than there is.
//
// # What it is not for
//
// It does not write Parquet files, skips no row groups by their statistics, and knows no
// catalogs of tables. It is a package of its own since a program that does not import it
// links no code for the format.
package parquetio
