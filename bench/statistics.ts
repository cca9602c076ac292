/** Statistics of samples. None of these functions changes what it is given. */

/** The smallest, the middle and the largest of some figures. */
export interface Spread {
  median: number
  min: number
  max: number
}

/** The value below which the fraction `p` (0 to 1) of the sample lies, interpolated; NaN for no values. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * p
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How far the mean of such a sample lies from the true one, usually; NaN for fewer than two values. */
export function standardError(values: readonly number[]): number {
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/** How unlikely two samples are to come from one distribution: small p-values say that they differ. */
export interface TwoSampleTest {
  statistic: number
  /** Two-sided, by the large-sample approximation. */
  p: number
}

/** Mann and Whitney's U test, corrected for ties: does one sample tend to be larger than the other? */
export function mannWhitney(a: readonly number[], b: readonly number[]): TwoSampleTest {
  const [n, m] = [a.length, b.length]
  const all = [...a.map((value) => ({ value, first: true })), ...b.map((value) => ({ value, first: false }))]
  all.sort((x, y) => x.value - y.value)
  let rankSum = 0
  let ties = 0
  for (let start = 0; start < all.length; ) {
    let end = start
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1
    const count = end - start
    ties += count ** 3 - count
    // Equal values share the mean of their ranks, which begin at 1.
    const rank = (start + 1 + end) / 2
    for (let i = start; i < end; i += 1) if (all[i]?.first) rankSum += rank
    start = end
  }
  const statistic = rankSum - (n * (n + 1)) / 2
  const total = n + m
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)))
  if (variance <= 0) return { statistic, p: 1 }
  const distance = Math.max(0, Math.abs(statistic - (n * m) / 2) - 0.5)
  return { statistic, p: Math.min(1, 2 * upperNormalTail(distance / Math.sqrt(variance))) }
}

/** Kolmogorov and Smirnov's test: do the two distributions differ anywhere, in place or in shape? */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): TwoSampleTest {
  const [left, right] = [a.toSorted((x, y) => x - y), b.toSorted((x, y) => x - y)]
  let [i, j, statistic] = [0, 0, 0]
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i] as number, right[j] as number)
    while (i < left.length && left[i] === value) i += 1
    while (j < right.length && right[j] === value) j += 1
    statistic = Math.max(statistic, Math.abs(i / left.length - j / right.length))
  }
  const size = Math.sqrt((left.length * right.length) / (left.length + right.length))
  return { statistic, p: kolmogorovTail((size + 0.12 + 0.11 / size) * statistic) }
}

/** P(Z > z) for z >= 0. Source: Abramowitz and Stegun, 7.1.26; the error is below 1.5e-7. */
function upperNormalTail(z: number): number {
  const x = z / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return (polynomial * Math.exp(-x * x)) / 2
}

/** Tail of Kolmogorov's distribution. */
function kolmogorovTail(x: number): number {
  // The series alternates between 0 and 1 for tiny arguments, where the tail is 1.
  if (x < 0.2) return 1
  let sum = 0
  for (let k = 1; k <= 100; k += 1) sum += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * x * x)
  return Math.min(1, Math.max(0, sum))
}
