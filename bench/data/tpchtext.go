package data

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// The functions of this file append a column each, with the | behind it.

func appendInt(dst []byte, v int64) []byte { return append(strconv.AppendInt(dst, v, 10), '|') }

func appendColumn(dst []byte, s string) []byte { return append(append(dst, s...), '|') }

// appendCents appends an amount with two decimals.
func appendCents(dst []byte, v int64) []byte {
	if v < 0 {
		dst, v = append(dst, '-'), -v
	}
	dst = append(strconv.AppendInt(dst, v/100, 10), '.')
	return append(appendPadded(dst, uint64(v%100), 2), '|')
}

// appendNumbered appends a name that is a number of at least nine digits.
func appendNumbered(dst []byte, name string, v int64) []byte {
	return append(appendPadded(append(dst, name...), uint64(v), 9), '|')
}

// appendPhone appends a telephone number; the first part tells the nation.
func appendPhone(dst []byte, nation int64, rnd *rand.Rand) []byte {
	dst = strconv.AppendInt(dst, 10+nation, 10)
	for _, part := range [...][2]int64{{100, 999}, {100, 999}, {1_000, 9_999}} {
		dst = strconv.AppendInt(append(dst, '-'), between(rnd, part[0], part[1]), 10)
	}
	return append(dst, '|')
}

// appendAddress appends 10 to 40 characters that mean nothing.
func appendAddress(dst []byte, rnd *rand.Rand) []byte {
	const characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789, " // 64
	for range between(rnd, 10, 40) {
		dst = append(dst, characters[rnd.Uint64()>>58])
	}
	return append(dst, '|')
}

// appendPartName appends five different colours.
func appendPartName(dst []byte, rnd *rand.Rand) []byte {
	var drawn [5]string
	for i := range drawn {
		again := true
		for again {
			drawn[i], again = one(rnd, colors), false
			for _, other := range drawn[:i] {
				again = again || other == drawn[i]
			}
		}
		dst = append(append(dst, drawn[i]...), ' ')
	}
	dst[len(dst)-1] = '|'
	return dst
}

// appendComment appends random words, cut off at a random length.
func appendComment(dst []byte, rnd *rand.Rand, least, most int64) []byte {
	end := len(dst) + int(between(rnd, least, most))
	for len(dst) < end {
		dst = append(append(dst, one(rnd, commentWords)...), ' ')
	}
	if dst = dst[:end]; dst[end-1] == ' ' {
		dst[end-1] = '.'
	}
	return append(dst, '|')
}

var regions = []string{"AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"}

var nations = []struct {
	name   string
	region int64
}{
	{"ALGERIA", 0}, {"ARGENTINA", 1}, {"BRAZIL", 1}, {"CANADA", 1}, {"EGYPT", 4}, {"ETHIOPIA", 0}, {"FRANCE", 3},
	{"GERMANY", 3}, {"INDIA", 2}, {"INDONESIA", 2}, {"IRAN", 4}, {"IRAQ", 4}, {"JAPAN", 2}, {"JORDAN", 4},
	{"KENYA", 0}, {"MOROCCO", 0}, {"MOZAMBIQUE", 0}, {"PERU", 1}, {"CHINA", 2}, {"ROMANIA", 3}, {"SAUDI ARABIA", 4},
	{"VIETNAM", 2}, {"RUSSIA", 3}, {"UNITED KINGDOM", 3}, {"UNITED STATES", 1},
}

var (
	segments       = []string{"AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"}
	priorities     = []string{"1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"}
	instructions   = []string{"COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN"}
	shipModes      = []string{"AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"}
	typeSizes      = []string{"ECONOMY", "LARGE", "MEDIUM", "PROMO", "SMALL", "STANDARD"}
	typeFinishes   = []string{"ANODIZED", "BRUSHED", "BURNISHED", "PLATED", "POLISHED"}
	typeMetals     = []string{"BRASS", "COPPER", "NICKEL", "STEEL", "TIN"}
	containerSizes = []string{"JUMBO", "LG", "MED", "SM", "WRAP"}
	containers     = []string{"BAG", "BOX", "CAN", "CASE", "DRUM", "JAR", "PACK", "PKG"}
)

// colors are 92, of which one is green, so that one part in 18 has it in its name.
var colors = strings.Fields(`
	almond amber apricot aqua ash auburn azure beige black blue blush brass bronze brown burgundy carmine cerise
	charcoal chestnut chocolate cinnamon cobalt copper coral cornflower cream crimson cyan denim ebony ecru emerald
	fawn firebrick fuchsia ginger gold grape gray green hazel heather indigo iris ivory jade jasmine khaki lavender
	lemon lilac lime linen magenta mahogany maroon mauve mint moss mustard navy ochre olive onyx orange orchid peach
	pearl periwinkle pink plum powder puce purple red rose ruby russet rust saffron sage salmon sand sapphire scarlet
	sepia sienna silver tan teal turquoise violet`)

// commentWords hold special and requests once each: the comments of about one order in a hundred say one before the
// other.
var commentWords = strings.Fields(`
	about above accounts after among bold boxes brave busily calm carefully cheerful deliver deposits even
	express final fluffy frequent gently heavy ideas ironic late letters never often orders packages patient
	payments pending plans quick quiet regular requests ship slow special swift theories under unusual weekly`)
