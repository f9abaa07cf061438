// Package frame is the form in which rows leave memory: blocks of bytes with a
// header, for spill files and saved streams.
//
// A block is a header of 24 bytes and its payload. Numbers are little endian.
//
//	 0  1   2   3        4       8       12      16          24
//	+--+--+---+---------+-------+-------+-------+-----------+---------+
//	|a5 ab| 1 | kind,   | bytes | bytes | rows  | checksum  | payload |
//	|     |   | compr.  | stored| raw   |       |           |         |
//	+--+--+---+---------+-------+-------+-------+-----------+---------+
//	 magic  |   |         uint32  uint32  uint32  uint64      stored
//	        |   high four bits: kind (0 rows, 1 preamble, 2 index, 3 footer)
//	        |   low four bits: compression (0 none, 1 s2, 2 zstd)
//	        version
//
// The checksum is the XXH64, with seed 0, of the first 16 bytes of the header
// and the payload as stored. It is checked before anything is decompressed.
//
// A block in a spill file stands alone: who wrote it knows where it is. A saved
// stream says what it holds, and where:
//
//	preamble  rows  rows ... rows  index  footer
//
// The preamble is the magic "anabranch", the version of the file, and a
// [Description]; the index has the bytes and rows of each block; the footer is
// the last 48 bytes and says where the index is. A file without its footer was
// cut off.
//
// One worker packs with an [Encoder], or with [Seal] where nothing is to be
// compressed:
//
//	var e frame.Encoder
//	block, err := e.Append(nil, raw, rows, frame.S2)
//	...
//	var d frame.Decoder
//	raw, h, err := d.Decode(nil, block)
//
// [Reader] and [ReaderAt] read blocks, and name file and offset in errors.
// [FileWriter] and [FileIndex] are the two ends of a saved stream.
//
// What is read is not trusted. A flipped bit, a missing end or an absurd length
// is an error for which errors.Is(err, [ErrCorrupt]) holds: never other rows,
// and never memory for a length that was only claimed. A checksum is no
// signature, so that holds for blocks made to deceive too, but for this: whoever
// can write a file can write other rows into it.
//
// What the bytes of a payload mean is not known here.
package frame
