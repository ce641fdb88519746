const MAX_ACCEPT_CHARS = 1000

type Range = { type: string; quality: number }

/**
 * Which of `offered` the client would rather have, by its header `accept` (RFC 9110, section
 * 12.5.1). Of equally wanted ones the first offered; undefined when it wants none of them, and for
 * the same reason when the header cannot be read. Without a header, the first.
 *
 * @example preferredType('text/html,*\/*;q=0.8', ['application/json', 'text/html']) // 'text/html'
 */
export function preferredType<T extends string>(
  accept: string | undefined,
  offered: readonly T[],
): T | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0]
  const ranges = accept.slice(0, MAX_ACCEPT_CHARS).split(',').map(rangeOf)
  let best: T | undefined
  let bestQuality = 0
  for (const type of offered) {
    const quality = qualityOf(type, ranges)
    if (quality > bestQuality) {
      best = type
      bestQuality = quality
    }
  }
  return best
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  const value = quality === undefined ? 1 : Number(quality.slice(2))
  return { type, quality: value >= 0 && value <= 1 ? value : 0 }
}

/** That of the most specific range that the type falls into. */
function qualityOf(type: string, ranges: Range[]): number {
  const group = `${type.slice(0, type.indexOf('/'))}/*`
  for (const wanted of [type, group, '*/*']) {
    const range = ranges.find((one) => one.type === wanted)
    if (range) return range.quality
  }
  return 0
}
