package agg

import "math"

// Covariance is the sample covariance of two numbers of each row, divided by
// n-1. For fewer than two rows it is NaN, and so it is when a number is infinite
// or NaN. It is as exact and as independent of the order of rows as [Variance].
func Covariance[T any, M, N Number](x func(T) M, y func(T) N) Func[T, CoMoments, float64] {
	mustFunc(x == nil || y == nil, "Covariance")
	return coMoments(x, y, (*CoMoments).covariance)
}

// Correlation is Pearson's correlation coefficient of two numbers of each row,
// from -1 to 1. It is NaN when either number is the same in all rows, and when
// one is infinite or NaN. It is as independent of the order of rows as
// [Variance]. The accumulator has 288 bytes; that of [FastCorrelation] has 48.
func Correlation[T any, M, N Number](x func(T) M, y func(T) N) Func[T, CoMoments, float64] {
	mustFunc(x == nil || y == nil, "Correlation")
	return coMoments(x, y, (*CoMoments).correlation)
}

// CoMoments is the accumulator of [Covariance] and [Correlation].
type CoMoments struct {
	x, y       FloatSum
	xx, xy, yy bins
	n          int64
}

func coMoments[T any, M, N Number](x func(T) M, y func(T) N, result func(*CoMoments) float64) Func[T, CoMoments, float64] {
	return func() Def[T, CoMoments, float64] {
		return Def[T, CoMoments, float64]{
			Add: func(a *CoMoments, v T) { a.add(float64(x(v)), float64(y(v))) },
			AddBatch: func(to Groups[CoMoments], rows []T) {
				for i := range rows {
					to.At(i).add(float64(x(rows[i])), float64(y(rows[i])))
				}
			},
			Merge:  func(dst, src *CoMoments) { dst.merge(src) },
			Result: result,
		}
	}
}

func (a *CoMoments) add(x, y float64) {
	a.n++
	a.x.Add(x)
	a.y.Add(y)
	if x == 0 || y == 0 || isSpecial(x) || isSpecial(y) {
		a.xx.addSquare(x)
		a.xy.addProduct(x, y)
		a.yy.addSquare(y)
		return
	}
	mx, ex := decode(x)
	my, ey := decode(y)
	a.xx.addProductOf(mx, mx, ex+ex, 0)
	a.xy.addProductOf(mx, my, ex+ey, signMask(x)^signMask(y))
	a.yy.addProductOf(my, my, ey+ey, 0)
}

func (a *CoMoments) merge(src *CoMoments) {
	a.x.Merge(&src.x)
	a.y.Merge(&src.y)
	a.xx.merge(&src.xx)
	a.xy.merge(&src.xy)
	a.yy.merge(&src.yy)
	a.n += src.n
}

func (a *CoMoments) special() bool { return a.x.b.special|a.y.b.special != 0 }

func (a *CoMoments) covariance() float64 {
	if a.special() {
		return math.NaN()
	}
	m, e := crossSpread(a.n, &a.xy, &a.x.b, &a.y.b)
	return math.Ldexp(m/float64(a.n)/float64(a.n-1), e)
}

func (a *CoMoments) correlation() float64 {
	if a.special() {
		return math.NaN()
	}
	m, e := crossSpread(a.n, &a.xy, &a.x.b, &a.y.b)
	mx, ex := root(crossSpread(a.n, &a.xx, &a.x.b, &a.x.b))
	my, ey := root(crossSpread(a.n, &a.yy, &a.y.b, &a.y.b))
	if mx == 0 || my == 0 {
		return math.NaN()
	}
	r := math.Ldexp(m/mx/my, e-ex-ey)
	return min(max(r, -1), 1)
}

// root is the square root of m * 2^e, in that form; nothing below zero.
func root(m float64, e int) (float64, int) {
	if e&1 != 0 {
		m, e = 2*m, e-1
	}
	return math.Sqrt(max(m, 0)), e / 2
}
