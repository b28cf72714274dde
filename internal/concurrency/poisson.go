package concurrency

import "math"

// Uniform draws a number in [0, 1).
type Uniform interface{ Float() float64 }

// usualClamp bounds a wait to between about 0.76 and 1.3 times its mean.
const usualClamp = 0.3

// Spread draws a time to wait around a mean, so that those who were refused
// together do not come back together: an exponential variate, cut off above at
// (1 + clamp) times the mean and below so that the mean is kept. The unit is
// the mean's. clamp must be above 0.
func Spread(mean, clamp float64, random Uniform) float64 {
	if mean <= 0 {
		return 0
	}
	high := cdf(1 + clamp)
	low := cdf(lowerCut(1 + clamp))
	u := low + random.Float()*(high-low)
	return -math.Log(math.Max(1-u, 1e-10)) * mean
}

// cdf is the exponential distribution of mean 1.
func cdf(x float64) float64 { return 1 - math.Exp(-x) }

// lowerCut is the cut-off below that balances a cut-off at k.
func lowerCut(k float64) float64 {
	if k >= 50 {
		return 0 // 2^k would leave the range
	}
	p := math.Exp2(k)
	return math.Log2(math.Max(p/(p-1), 1e-10))
}
