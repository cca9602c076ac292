import { describe, expect, it } from 'vitest'
import { randomFrom } from '../bench/random.ts'
import { kolmogorovSmirnov, mannWhitney, mean, median, quantile, spread, standardError } from '../bench/statistics.ts'

describe('figures of a sample', () => {
  it('are right, and leave the sample as it is', () => {
    const values = [5, 1, 4, 2]
    expect([median(values), mean(values), quantile(values, 0), quantile(values, 1), quantile(values, 0.25)]).toEqual([
      3, 3, 1, 5, 1.75,
    ])
    // The standard deviation is the square root of 10/3.
    expect(standardError(values)).toBeCloseTo(Math.sqrt(10 / 3 / 4), 12)
    expect(spread(values)).toEqual({ median: 3, min: 1, max: 5 })
    expect(values).toEqual([5, 1, 4, 2])
  })
})

describe('two-sample tests', () => {
  // Expected values: scipy.stats.mannwhitneyu(method='asymptotic') and the textbook's statistic by hand.
  it('Mann-Whitney agrees with known values', () => {
    const { p, statistic } = mannWhitney([19, 22, 16, 29, 24], [20, 11, 17, 12])
    expect(statistic).toBe(17)
    expect(p).toBeCloseTo(0.1113, 3)
  })

  it('Mann-Whitney shares ranks among equals', () => {
    expect(mannWhitney([1, 2, 2, 3], [2, 2, 3, 4]).statistic).toBe(4.5)
    expect(mannWhitney([7, 7, 7], [7, 7]).p).toBe(1)
  })

  it('Kolmogorov-Smirnov finds the largest distance', () => {
    expect(kolmogorovSmirnov([1, 2, 3, 4], [3, 4, 5, 6]).statistic).toBe(0.5)
    expect(kolmogorovSmirnov([1, 2], [1, 2])).toEqual({ statistic: 0, p: 1 })
  })

  const random = randomFrom(7)
  const draw = (shift: number) => Array.from({ length: 2000 }, () => random() + random() + shift)

  it('let equal distributions pass, and find a small shift', () => {
    const [a, same, shifted] = [draw(0), draw(0), draw(0.06)]
    for (const test of [mannWhitney, kolmogorovSmirnov]) {
      expect(test(a, same).p).toBeGreaterThan(0.01)
      expect(test(a, shifted).p).toBeLessThan(0.001)
    }
  })

  it('Kolmogorov-Smirnov finds another shape with the same middle', () => {
    const narrow = draw(0).map((value) => 1 + (value - 1) / 2)
    expect(mannWhitney(narrow, draw(0)).p).toBeGreaterThan(0.01)
    expect(kolmogorovSmirnov(narrow, draw(0)).p).toBeLessThan(0.001)
  })
})
