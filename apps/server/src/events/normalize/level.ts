import { LEVELS, type Level } from '@mayday/protocol/event'
import type { Notes } from './notes.ts'

const SYNONYMS: Readonly<Record<string, Level>> = {
  log: 'info',
  warn: 'warning',
  critical: 'fatal',
}

/** SDKs name levels, or number them as Python does (10 to 50). Unknown ones count as `usual`. */
export function parseLevel(value: unknown, usual: Level, notes: Notes): Level {
  if (value === undefined || value === null || value === '') return usual
  const level = typeof value === 'number' ? LEVELS[value / 10 - 1] : namedLevel(value)
  if (level === undefined) notes.add('invalid_data', 'level', value)
  return level ?? usual
}

function namedLevel(value: unknown): Level | undefined {
  if (typeof value !== 'string') return undefined
  if ((LEVELS as readonly string[]).includes(value)) return value as Level
  const name = value.trim().toLowerCase()
  if (/^[1-5]0$/.test(name)) return LEVELS[Number(name) / 10 - 1]
  if (Object.hasOwn(SYNONYMS, name)) return SYNONYMS[name]
  return LEVELS.find((level) => level === name)
}
