import { z } from 'zod'

export const knownKey = z.object({
  /** Row id. */
  id: z.int(),
  projectId: z.int(),
  publicKey: z.string(),
  isActive: z.boolean(),
  rateLimit: z.object({ windowSeconds: z.int(), count: z.int() }).nullable(),
})

/** What intake must know of a project key. */
export type KnownKey = z.infer<typeof knownKey>
