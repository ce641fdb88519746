import { z } from 'zod'

/** How items of a project ended in a time, and why. */
export const ProjectOutcomes = z
  .object({
    /** Begin of the first interval, end of the last one. */
    start: z.string(),
    end: z.string(),
    interval: z.enum(['hour', 'day']),
    /** Begin of each interval; `series` has a number for each. */
    intervals: z.array(z.string()),
    /** The most frequent first. */
    rows: z.array(
      z.object({
        outcome: z.string(),
        /** Empty for what was accepted. */
        reason: z.string(),
        /** The reason as a sentence. */
        sentence: z.string(),
        /** Who dropped it: the server, or an SDK that told of it in a client report. */
        by: z.enum(['server', 'sdk']),
        category: z.string(),
        quantity: z.number(),
        series: z.array(z.number()),
      }),
    ),
  })
  .meta({ id: 'ProjectOutcomes' })
export type ProjectOutcomes = z.infer<typeof ProjectOutcomes>

const Sum = 'sum(quantity)'

/** The same in the shape of Sentry's `stats_v2`. */
export const OutcomeStats = z
  .object({
    start: z.string(),
    end: z.string(),
    intervals: z.array(z.string()),
    groups: z.array(
      z.object({
        by: z.record(z.string(), z.union([z.string(), z.number()])),
        totals: z.object({ [Sum]: z.number() }),
        series: z.object({ [Sum]: z.array(z.number()) }),
      }),
    ),
  })
  .meta({ id: 'OutcomeStats' })
export type OutcomeStats = z.infer<typeof OutcomeStats>
