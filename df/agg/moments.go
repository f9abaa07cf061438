package agg

import "math"

// Variance is the sample variance: the sum of squared distances from the mean,
// divided by n-1. For fewer than two rows it is NaN, and so it is when a row is
// infinite or NaN.
//
// Rows and their exact squares go into order-independent sums like [FloatSum],
// and the result is computed from these without rounding up to the last step.
// So it is the same for every order of rows, exactly 0 for equal rows, and does
// not suffer when the spread is tiny against the mean. The accumulator has 120
// bytes; that of [FastVariance] has 24.
func Variance[T any, N Number](f func(T) N) Func[T, Moments, float64] {
	mustFunc(f == nil, "Variance")
	return moments(f, func(a *Moments) float64 { return a.variance(a.n - 1) })
}

// PopVariance is the variance of a whole population: as [Variance], but divided
// by n. For no rows it is NaN.
func PopVariance[T any, N Number](f func(T) N) Func[T, Moments, float64] {
	mustFunc(f == nil, "PopVariance")
	return moments(f, func(a *Moments) float64 { return a.variance(a.n) })
}

// StdDev is the sample standard deviation, the square root of [Variance].
func StdDev[T any, N Number](f func(T) N) Func[T, Moments, float64] {
	mustFunc(f == nil, "StdDev")
	return moments(f, func(a *Moments) float64 { return math.Sqrt(a.variance(a.n - 1)) })
}

// PopStdDev is the standard deviation of a whole population, the square root of
// [PopVariance].
func PopStdDev[T any, N Number](f func(T) N) Func[T, Moments, float64] {
	mustFunc(f == nil, "PopStdDev")
	return moments(f, func(a *Moments) float64 { return math.Sqrt(a.variance(a.n)) })
}

// Moments is the accumulator of [Variance] and its kin.
type Moments struct {
	sum     FloatSum
	squares bins
	n       int64
}

func moments[T any, N Number](f func(T) N, result func(*Moments) float64) Func[T, Moments, float64] {
	return func() Def[T, Moments, float64] {
		return Def[T, Moments, float64]{
			Add: func(a *Moments, v T) { a.add(float64(f(v))) },
			AddBatch: func(to Groups[Moments], rows []T) {
				for i := range rows {
					to.At(i).add(float64(f(rows[i])))
				}
			},
			Merge:  func(dst, src *Moments) { dst.merge(src) },
			Result: result,
		}
	}
}

func (a *Moments) add(x float64) {
	a.sum.Add(x)
	a.squares.addSquare(x)
	a.n++
}

func (a *Moments) merge(src *Moments) {
	a.sum.Merge(&src.sum)
	a.squares.merge(&src.squares)
	a.n += src.n
}

// variance divides by n and d, which is n or n-1: 0/0 gives the NaN that too few
// rows call for.
func (a *Moments) variance(d int64) float64 {
	if a.sum.b.special != 0 {
		return math.NaN()
	}
	m, e := a.spread()
	return math.Ldexp(m/float64(a.n)/float64(d), e)
}

// spread is n times the sum of squared distances from the mean, as m * 2^e. It
// is never negative: what the sums had to drop could only make it so when it is
// next to nothing.
func (a *Moments) spread() (m float64, e int) {
	m, e = crossSpread(a.n, &a.squares, &a.sum.b, &a.sum.b)
	return max(m, 0), e
}

// crossSpread is n*xy - x*y, computed exactly and then rounded, as m * 2^e; xy is
// a sum of n products, x and y are the sums of their factors.
//
// Limb i of the difference stands for digits from position 64*(i-4) of a sum of
// products. That makes both terms whole limbs, and there is room for all of them
// whatever the sizes of the factors.
func crossSpread(n int64, xy, x, y *bins) (m float64, e int) {
	var diff [80]uint64
	mag, negative := xy.value()
	var scaled [5]uint64
	multiply(scaled[:], mag[:], []uint64{uint64(n)})
	if low := diff[xy.top+2:]; negative {
		subLimbs(low, scaled[:])
	} else {
		addLimbs(low, scaled[:])
	}

	xMag, xNegative := x.value()
	yMag, yNegative := y.value()
	var product [8]uint64
	multiply(product[:], xMag[:], yMag[:])
	if low := diff[x.top+y.top:]; xNegative == yNegative {
		subLimbs(low, product[:])
	} else {
		addLimbs(low, product[:])
	}

	negative = diff[len(diff)-1]>>63 == 1
	if negative {
		negate(diff[:])
	}
	m, e = round(diff[:])
	if negative {
		m = -m
	}
	return m, e - 4*64 - 2*sumBias
}
