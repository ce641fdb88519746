import { z } from 'zod'
import { Repeatable } from './params.ts'

const UNIT_MS: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const Period = z
  .string()
  .refine((text) => text === '' || periodMs(text) !== undefined, 'must look like 24h or 14d')
  .transform((text) => (text === '' ? undefined : periodMs(text)))
  .optional()

const Time = z
  .string()
  .transform((text, context) => {
    const time = parseTime(text)
    if (!time) context.addIssue('must look like 2026-01-31T10:00:00')
    return time
  })
  .optional()

/** The time that a query looks at. */
export const PeriodParams = z.object({
  statsPeriod: Period,
  start: Time,
  end: Time,
  environment: Repeatable,
})

export type Window = { from: Date | undefined; until: Date | undefined }

/** `statsPeriod` counts back from now; `start` and `end` go before it. */
export function windowOf(
  params: Omit<z.infer<typeof PeriodParams>, 'environment'>,
  now: Date,
): Window {
  if (params.start || params.end) return { from: params.start, until: params.end }
  return {
    from:
      params.statsPeriod === undefined ? undefined : new Date(now.getTime() - params.statsPeriod),
    until: undefined,
  }
}

/** `14d` in milliseconds; undefined when it is no period. */
export function periodMs(text: string): number | undefined {
  const match = /^(\d{1,5})([smhdw])$/.exec(text)
  return match?.[1] && match[2] ? Number(match[1]) * (UNIT_MS[match[2]] ?? 0) : undefined
}

/** `2026-01-31`, `2026-01-31T10:00:00`, with `Z`, an offset or nothing, which is UTC; or undefined. */
export function parseTime(text: string): Date | undefined {
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(text)
  if (!match) return undefined
  const time = new Date(`${match[1]}T${match[2] ?? '00:00:00'}${match[3] ?? 'Z'}`)
  return Number.isNaN(time.getTime()) ? undefined : time
}
