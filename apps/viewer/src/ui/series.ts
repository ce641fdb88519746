export type Bucket = { atMs: number; count: number; hot: boolean }

/** A bar this many times the mean of its series stands out. */
const HOT_FACTOR = 1.6

/**
 * The series as bars: at most `maxBars` (neighbours are added up, counted from the newest so that
 * the last bar is never a left-over), each told whether it stands out from the series it is in.
 */
export function toBuckets(
  series: readonly (readonly [number, number])[],
  maxBars: number,
): Bucket[] {
  const each = Math.max(1, Math.ceil(series.length / maxBars))
  const buckets: Bucket[] = []
  for (let end = series.length; end > 0; end -= each) {
    const part = series.slice(Math.max(0, end - each), end)
    const count = part.reduce((sum, [, n]) => sum + n, 0)
    buckets.unshift({ atMs: (part[0]?.[0] ?? 0) * 1000, count, hot: false })
  }
  const mean = buckets.reduce((sum, bucket) => sum + bucket.count, 0) / Math.max(1, buckets.length)
  for (const bucket of buckets) bucket.hot = bucket.count > 0 && bucket.count >= mean * HOT_FACTOR
  return buckets
}
