import { z } from 'zod'

/** A file that came with an event. Sentry's field names. */
export const Attachment = z
  .object({
    id: z.string(),
    event_id: z.string(),
    /** Such as `event.attachment` or `event.minidump`. */
    type: z.string(),
    name: z.string(),
    /** As the client says; the bytes may be anything. */
    mimetype: z.string(),
    dateCreated: z.string(),
    /** Bytes. */
    size: z.number(),
    headers: z.object({ 'Content-Type': z.string() }),
    sha1: z.null(),
  })
  .meta({ id: 'Attachment' })
export type Attachment = z.infer<typeof Attachment>
