// Package text has splitters and number parsers for lines of text, made to be arguments of dataflow
// operators that run them a billion times.
//
// Every function takes a string, a []byte or a type made from either, and gives its results as that
// type. What it returns aliases its argument wherever it can: nothing is copied that does not change, so
// results live as long as the argument does, which for a line view is not long.
//
// Functions with many results append them to dst and return it, as [strconv.AppendInt] does, so that
// one buffer serves many lines:
//
//	words := df.Expand(lines, text.Fields)
//	lower := df.MapBatch(lines, text.LowerFields)
//	temps := df.MapErr(lines, func(line string) (Reading, error) {
//		station, number, _ := text.CutLast(line, ';')
//		tenths, err := text.Decimal(number, 1)
//		return Reading{station, tenths}, err
//	})
//
// The speed has one source: eight bytes are examined at a time in a machine word, and the answers for 64
// bytes are gathered in one mask, so that there is no branch per byte to mispredict. Each function says which
// function of strings or strconv it equals; where it cannot be faster it calls that.
//
// This is no tokenizer: quoting (CSV), locales, Unicode normalisation and special casing are for other
// packages.
package text
