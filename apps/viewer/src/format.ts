const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const whole = new Intl.NumberFormat('en')

export function formatCount(count: number): string {
  return whole.format(count)
}

/** Short, for a column: `just now`, `4m`, `2h`, `41d`, `3y`. */
export function formatAge(since: string | Date, now: Date = new Date()): string {
  const ageMs = now.getTime() - new Date(since).getTime()
  if (ageMs < MINUTE_MS) return 'just now'
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)}m`
  if (ageMs < DAY_MS) return `${Math.floor(ageMs / HOUR_MS)}h`
  if (ageMs < 365 * DAY_MS) return `${Math.floor(ageMs / DAY_MS)}d`
  return `${Math.floor(ageMs / (365 * DAY_MS))}y`
}

/** In a sentence: `14 s ago`, `2 h ago`. What lies ahead (a client's fast clock) is `just now`. */
export function formatAgo(since: string | Date, now: Date = new Date()): string {
  const ageMs = now.getTime() - new Date(since).getTime()
  if (ageMs < 1000) return 'just now'
  if (ageMs < MINUTE_MS) return `${Math.floor(ageMs / 1000)} s ago`
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min ago`
  if (ageMs < DAY_MS) return `${Math.floor(ageMs / HOUR_MS)} h ago`
  return `${whole.format(Math.floor(ageMs / DAY_MS))} d ago`
}

/** `Nov 22, 11:58:03` in the reader's time zone, with the year when it is not this one. */
export function formatDateTime(at: string | Date, now: Date = new Date()): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return 'unknown time'
  const day = date.toLocaleDateString('en', {
    month: 'short',
    day: 'numeric',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  })
  return `${day}, ${formatTime(date)}:${twoDigits(date.getSeconds())}`
}

/** `11:58` in the reader's time zone. */
export function formatTime(at: Date): string {
  return `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`
}

/** Distance from the event, signed: `-38 ms`, `-1.2 s`, `+3 min`, `0`. */
export function formatOffset(offsetMs: number): string {
  if (Math.round(offsetMs) === 0) return '0'
  return `${offsetMs < 0 ? '-' : '+'}${formatDuration(Math.abs(offsetMs))}`
}

export function formatDuration(durationMs: number): string {
  if (durationMs < 1) return '<1 ms'
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`
  if (durationMs < 10_000) return `${(durationMs / 1000).toFixed(1)} s`
  if (durationMs < MINUTE_MS) return `${Math.round(durationMs / 1000)} s`
  if (durationMs < HOUR_MS) return `${Math.round(durationMs / MINUTE_MS)} min`
  if (durationMs < DAY_MS) return `${Math.round(durationMs / HOUR_MS)} h`
  return `${Math.round(durationMs / DAY_MS)} d`
}

/** `33 %`; a share that is not nothing is never shown as 0. */
export function formatShare(share: number): string {
  const percent = Math.round(share * 100)
  if (percent === 0 && share > 0) return '<1 %'
  if (percent === 100 && share < 1) return '99 %'
  return `${percent} %`
}

/** The beginning that people read to each other: `9f1c 22d0 4be7`. It is enough to find the event. */
export function formatErrorId(eventId: string): string {
  return eventId.slice(0, 12).replace(/(.{4})(?=.)/g, '$1 ')
}

/**
 * A release as people name it: `2.4.1` of `shop@2.4.1`, the first 12 digits of a commit. The whole
 * one stays in reach as the title of what shows this.
 */
export function formatRelease(release: string): string {
  const version = /^[^@\s]+@(?=[^@\s]+$)(.+)$/.exec(release)?.[1] ?? release
  return /^[0-9a-f]{32,}$/i.test(version) ? version.slice(0, 12) : version
}

/** `812 B`, `1.4 KB`, `20 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 / 1024, 'MB']
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** Two letters for the round sign of a person. */
export function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter((word) => word !== '')
  const letters = words.length > 1 ? [words[0], words[1]] : [words[0]]
  const text = letters.map((word) => Array.from(word ?? '')[0] ?? '').join('')
  return (
    text.length > 1
      ? text
      : Array.from(words[0] ?? '?')
          .slice(0, 2)
          .join('')
  ).toUpperCase()
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0')
}
