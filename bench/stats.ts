export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

type Point = readonly [size: number, cost: number]

/**
 * The exponent e that fits these points best in cost = fixed + slope · size^e. For each e, the other two follow from
 * least squares of the relative errors.
 */
export function exponentOf(points: readonly Point[]): number {
  let best = { exponent: Number.NaN, error: Number.POSITIVE_INFINITY }
  for (let exponent = 0.2; exponent <= 3; exponent += 0.01) {
    const error = errorOf(points, exponent)
    if (error < best.error) best = { exponent, error }
  }
  return best.exponent
}

function errorOf(points: readonly Point[], exponent: number): number {
  // Each point is divided by its cost, so that a small one counts as much as a large one.
  let [aa, ab, bb, a, b] = [0, 0, 0, 0, 0]
  for (const [size, cost] of points) {
    const [one, grown] = [1 / cost, size ** exponent / cost]
    aa += one * one
    ab += one * grown
    bb += grown * grown
    a += one
    b += grown
  }
  const determinant = aa * bb - ab * ab
  const fixed = Math.max(0, (a * bb - b * ab) / determinant)
  const slope = fixed === 0 ? b / bb : (aa * b - ab * a) / determinant
  return points.reduce((sum, [size, cost]) => sum + ((fixed + slope * size ** exponent) / cost - 1) ** 2, 0)
}
