import { z } from 'zod'

/** What a person wrote about an error, or about the program. Sentry's field names; `url` and `source` are ours. */
export const Feedback = z
  .object({
    id: z.string(),
    /** Of the event that it is about; empty when it is about none. */
    eventID: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    comments: z.string(),
    dateCreated: z.string(),
    issue: z.object({ id: z.string(), shortId: z.string(), title: z.string() }).nullable(),
    url: z.string().nullable(),
    source: z.string().nullable(),
  })
  .meta({ id: 'Feedback' })
export type Feedback = z.infer<typeof Feedback>
