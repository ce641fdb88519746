import { z } from 'zod'

export const Organization = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    dateCreated: z.string(),
    status: z.object({ id: z.string(), name: z.string() }),
    isEarlyAdopter: z.boolean(),
    require2FA: z.boolean(),
    requireEmailVerification: z.boolean(),
    features: z.array(z.string()),
    links: z.object({ regionUrl: z.string(), organizationUrl: z.string() }),
    /** The signed-in person's role; null for a token. */
    role: z.string().nullable(),
  })
  .meta({ id: 'Organization' })
export type Organization = z.infer<typeof Organization>

export const Project = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    platform: z.string().nullable(),
    dateCreated: z.string(),
    isBookmarked: z.boolean(),
    isMember: z.boolean(),
    hasAccess: z.boolean(),
    features: z.array(z.string()),
    environments: z.array(z.string()),
    firstEvent: z.string().nullable(),
    team: z.null(),
    teams: z.array(z.unknown()),
    latestRelease: z.object({ version: z.string() }).nullable(),
    status: z.string(),
    organization: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  })
  .meta({ id: 'Project' })
export type Project = z.infer<typeof Project>

const Slug = z
  .string()
  .regex(
    /^(?!\d+$)[a-z0-9][a-z0-9-]{0,49}$/,
    'lower-case letters, digits and dashes, at most 50, not digits alone',
  )

export const ProjectCreate = z
  .object({
    name: z.string().trim().min(1).max(64),
    slug: Slug.optional(),
    platform: z.string().max(64).nullish(),
  })
  .meta({ id: 'ProjectCreate' })
export const ProjectUpdate = z
  .object({
    name: z.string().trim().min(1).max(64).optional(),
    slug: Slug.optional(),
    platform: z.string().max(64).nullish(),
  })
  .meta({ id: 'ProjectUpdate' })

export const ProjectKey = z
  .object({
    /** The public key itself, 32 hex digits. */
    id: z.string(),
    name: z.string(),
    label: z.string(),
    public: z.string(),
    secret: z.string(),
    projectId: z.number(),
    isActive: z.boolean(),
    rateLimit: z.object({ window: z.number(), count: z.number() }).nullable(),
    dsn: z.object({
      public: z.string(),
      secret: z.string(),
      csp: z.string(),
      security: z.string(),
      minidump: z.string(),
      unreal: z.string(),
      nel: z.string(),
      cdn: z.string(),
    }),
    browserSdkVersion: z.string(),
    browserSdk: z.object({ choices: z.array(z.unknown()) }),
    dynamicSdkLoaderOptions: z.object({
      hasReplay: z.boolean(),
      hasPerformance: z.boolean(),
      hasDebug: z.boolean(),
    }),
    dateCreated: z.string(),
    lastUsed: z.string().nullable(),
  })
  .meta({ id: 'ProjectKey' })
export type ProjectKey = z.infer<typeof ProjectKey>

export const RateLimit = z.object({
  /** Seconds. */
  window: z.number().int().min(1).max(86_400),
  /** Events per window. */
  count: z.number().int().min(1).max(100_000_000),
})
export const ProjectKeyCreate = z
  .object({ name: z.string().trim().min(1).max(64).optional(), rateLimit: RateLimit.nullish() })
  .meta({ id: 'ProjectKeyCreate' })
export const ProjectKeyUpdate = z
  .object({
    name: z.string().trim().min(1).max(64).optional(),
    isActive: z.boolean().optional(),
    rateLimit: RateLimit.nullish(),
  })
  .meta({ id: 'ProjectKeyUpdate' })

export const Environment = z
  .object({ id: z.string(), name: z.string() })
  .meta({ id: 'Environment' })

/** Mayday has no teams: every organisation shows one that all its people and projects are in. */
export const Team = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    isMember: z.boolean(),
    memberCount: z.number(),
  })
  .meta({ id: 'Team' })
export type Team = z.infer<typeof Team>
