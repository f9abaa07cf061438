// Package stat holds the statistics of measurements: medians, intervals that they lie in, and whether two sets of times
// differ.
//
// Times on a shared machine are skewed and have outliers, so nothing here assumes a distribution: medians in place of
// means, ranks in place of variances. Two kinds of question are kept apart. Runs that took turns are pairs, and what
// counts are their ratios ([Of], the interval of a sign test). Runs of two days are not, and are compared by ranks
// ([MannWhitney]) and by resampling ([RatioInterval]), in the manner of benchstat.
//
// It is not a package for general use: it knows what the benchmarks ask and no more.
package stat

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
)

// Confidence is that of all intervals here, where there are enough values for it.
const Confidence = 0.95

// A Summary is what is said of some values.
type Summary struct {
	N         int     // values
	Median    float64 // the middle value
	Low, High float64 // the median lies between them
	Sure      float64 // with this confidence: [Confidence] or, of few values, less
}

// Of summarises values, of which there may be none. The interval is that of the sign test: the closest pair of values
// between which the median lies with the confidence that is asked for, whatever the distribution; of fewer than six
// values the least and the greatest, whose confidence is less.
func Of(values []float64) Summary {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	if n == 0 {
		return Summary{Median: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	s := Summary{N: n, Median: middle(v), Low: v[0], High: v[n-1], Sure: coverage(n, 0)}
	for k := 1; k <= (n-1)/2; k++ {
		sure := coverage(n, k)
		if sure < Confidence {
			break
		}
		s.Low, s.High, s.Sure = v[k], v[n-1-k], sure
	}
	return s
}

// Median is the middle of values, NaN where there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return middle(slices.Sorted(slices.Values(values)))
}

// Spread is half the width of the interval, as a share of the median.
func (s Summary) Spread() float64 { return (s.High - s.Low) / 2 / s.Median }

func middle(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// coverage is the probability that the median lies between values number k and n-1-k of n in order: that more than k of
// them lie on either side of it, when each is on one or the other with the same probability.
func coverage(n, k int) float64 {
	outside := new(big.Int)
	for i := range int64(k + 1) {
		outside.Add(outside, new(big.Int).Binomial(int64(n), i))
	}
	share, _ := new(big.Rat).SetFrac(outside, new(big.Int).Lsh(big.NewInt(1), uint(n))).Float64()
	return max(1-2*share, 0)
}

// Ratios divides pair by pair: a[i] by b[i], for as many as both have.
func Ratios(a, b []float64) []float64 {
	ratios := make([]float64, min(len(a), len(b)))
	for i := range ratios {
		ratios[i] = a[i] / b[i]
	}
	return ratios
}

// MannWhitney is the probability that two samples of one distribution differ as much as a and b do: small where they
// are not of one. It is exact where the samples are small and have no ties, and else the normal approximation with its
// corrections for ties and continuity. It is 1 where a or b is empty.
func MannWhitney(a, b []float64) float64 {
	n, m := len(a), len(b)
	if n == 0 || m == 0 {
		return 1
	}
	u, ties := ranks(a, b)
	u = min(u, float64(n*m)-u)
	if ties == 0 && n <= 50 && m <= 50 {
		return min(1, 2*atMost(n, m, int(u)))
	}
	all := float64(n + m)
	deviation := math.Sqrt(float64(n*m) / 12 * (all + 1 - ties/(all*(all-1))))
	if deviation == 0 {
		return 1
	}
	z := max(0, float64(n*m)/2-u-0.5) / deviation
	return math.Erfc(z / math.Sqrt2)
}

// ranks is U of a, the number of pairs in which it is greater than b, half of the ties, and the sum of t^3-t over all
// groups of t equal values.
func ranks(a, b []float64) (u, ties float64) {
	type value struct {
		x     float64
		first bool
	}
	var all []value
	for _, x := range a {
		all = append(all, value{x, true})
	}
	for _, x := range b {
		all = append(all, value{x, false})
	}
	slices.SortFunc(all, func(v, w value) int {
		switch {
		case v.x < w.x:
			return -1
		case v.x > w.x:
			return 1
		}
		return 0
	})
	below := 0.0 // values of b so far
	for i := 0; i < len(all); {
		ofA, ofB, start := 0.0, 0.0, i
		for ; i < len(all) && all[i].x == all[start].x; i++ {
			if all[i].first {
				ofA++
			} else {
				ofB++
			}
		}
		u += ofA * (below + ofB/2)
		below += ofB
		t := ofA + ofB
		ties += t*t*t - t
	}
	return u, ties
}

// atMost is the share of all orders of n and m different values in which U is at most u.
func atMost(n, m, u int) float64 {
	// ways[k] is in how many orders of the values so far U is k: the greatest of i and j values is one of the first
	// kind, which adds j to U, or of the second.
	counts := make([][]float64, m+1)
	for j := range counts {
		counts[j] = make([]float64, n*m+1)
		counts[j][0] = 1 // no values of the first kind
	}
	for i := 1; i <= n; i++ {
		next := make([][]float64, m+1)
		for j := range next {
			next[j] = make([]float64, n*m+1)
			for k := range next[j] {
				if k >= j {
					next[j][k] += counts[j][k-j]
				}
				if j > 0 {
					next[j][k] += next[j-1][k]
				}
			}
		}
		counts = next
	}
	var below, all float64
	for k, ways := range counts[m] {
		all += ways
		if k <= u {
			below += ways
		}
	}
	return below / all
}

// RatioInterval is the ratio of the medians of two independent samples, and an interval in which it lies with
// [Confidence], by resampling both (the bootstrap of percentiles). The same samples give the same interval.
func RatioInterval(a, b []float64) Summary {
	if len(a) == 0 || len(b) == 0 {
		return Summary{Median: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	const times = 2000
	rnd := rand.New(rand.NewPCG(1, 2))
	ratios := make([]float64, times)
	for i := range ratios {
		ratios[i] = Median(resample(a, rnd)) / Median(resample(b, rnd))
	}
	slices.Sort(ratios)
	tail := int(math.Round(times * (1 - Confidence) / 2))
	return Summary{
		N:      min(len(a), len(b)),
		Median: Median(a) / Median(b),
		Low:    ratios[tail],
		High:   ratios[times-1-tail],
		Sure:   Confidence,
	}
}

func resample(values []float64, rnd *rand.Rand) []float64 {
	s := make([]float64, len(values))
	for i := range s {
		s[i] = values[rnd.IntN(len(values))]
	}
	return s
}

// GeoMean is the geometric mean of ratios, NaN where there are none.
func GeoMean(ratios []float64) float64 {
	sum := 0.0
	for _, r := range ratios {
		sum += math.Log(r)
	}
	return math.Exp(sum / float64(len(ratios)))
}

// Line is the least-squares line y = a + b*x through points, and NaN where all x are one.
func Line(x, y []float64) (a, b float64) {
	n := float64(len(x))
	var sx, sy, sxx, sxy float64
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
		sxx, sxy = sxx+x[i]*x[i], sxy+x[i]*y[i]
	}
	b = (n*sxy - sx*sy) / (n*sxx - sx*sx)
	return (sy - b*sx) / n, b
}
