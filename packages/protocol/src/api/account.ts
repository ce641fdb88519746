import { z } from 'zod'

/** What a token or a role may do. Sentry's names. */
export const SCOPES = [
  'org:read',
  'org:write',
  'org:admin',
  'project:read',
  'project:write',
  'project:admin',
  'project:releases',
  'event:read',
  'event:write',
  'event:admin',
] as const
export const Scope = z.enum(SCOPES)
export type Scope = z.infer<typeof Scope>

export const ROLES = ['member', 'admin', 'manager', 'owner'] as const
export type Role = (typeof ROLES)[number]

export const Account = z
  .object({
    id: z.string(),
    name: z.string(),
    /** Null until the owner who came by the sign-in link has set one. */
    email: z.string().nullable(),
    hasPassword: z.boolean(),
  })
  .meta({ id: 'Account' })
export type Account = z.infer<typeof Account>

/** `GET /api/0/`: who am I, what may I. */
export const ApiIndex = z
  .object({
    version: z.literal('0'),
    user: z.object({ id: z.string(), email: z.string(), name: z.string() }).nullable(),
    auth: z.object({ scopes: z.array(z.string()) }).nullable(),
  })
  .meta({ id: 'ApiIndex' })

export const SignIn = z
  .object({ email: z.string().max(320), password: z.string().max(1024) })
  .meta({ id: 'SignIn' })
export const SignInByLink = z.object({ token: z.string().max(256) }).meta({ id: 'SignInByLink' })
export const AccountUpdate = z
  .object({
    name: z.string().trim().min(1).max(128).optional(),
    email: z.email().max(320).optional(),
    password: z.string().min(12, 'at least 12 characters').max(128).optional(),
    currentPassword: z.string().max(1024).optional(),
  })
  .meta({ id: 'AccountUpdate' })
export type AccountUpdate = z.infer<typeof AccountUpdate>

export const ApiToken = z
  .object({
    id: z.string(),
    name: z.string(),
    /** Slug of the organisation it opens. */
    organization: z.string(),
    scopes: z.array(Scope),
    tokenLastCharacters: z.string(),
    dateCreated: z.string(),
    dateLastUsed: z.string().nullable(),
    expiresAt: z.string().nullable(),
  })
  .meta({ id: 'ApiToken' })
export type ApiToken = z.infer<typeof ApiToken>

/** The only answer that holds the token itself. */
export const ApiTokenCreated = ApiToken.extend({ token: z.string() }).meta({
  id: 'ApiTokenCreated',
})
export type ApiTokenCreated = z.infer<typeof ApiTokenCreated>

export const ApiTokenCreate = z
  .object({
    name: z.string().trim().min(1).max(64),
    scopes: z.array(Scope).min(1),
    /** Slug; absent: the caller's first organisation. */
    organization: z.string().max(64).optional(),
    /** Usual 90. */
    expiresInDays: z.number().int().min(1).max(365).optional(),
  })
  .meta({ id: 'ApiTokenCreate' })
export type ApiTokenCreate = z.infer<typeof ApiTokenCreate>
