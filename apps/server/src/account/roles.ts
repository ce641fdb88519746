import { type Role, SCOPES, type Scope } from '@mayday/protocol/api/account'

const MEMBER: readonly Scope[] = [
  'org:read',
  'project:read',
  'project:releases',
  'event:read',
  'event:write',
]
const ADMIN: readonly Scope[] = [...MEMBER, 'project:write', 'project:admin', 'event:admin']
const MANAGER: readonly Scope[] = [...ADMIN, 'org:write']

/** What each role may do; a token may do at most what the role of its maker may. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  member: MEMBER,
  admin: ADMIN,
  manager: MANAGER,
  owner: SCOPES,
}

const STRENGTHS = ['read', 'write', 'admin']

/** `event:admin` grants `event:write`, which grants `event:read`; every other scope stands for itself. */
export function grants(held: readonly Scope[], needed: Scope): boolean {
  if (held.includes(needed)) return true
  const [area, strength] = needed.split(':')
  const least = STRENGTHS.indexOf(strength ?? '')
  if (least < 0) return false
  return STRENGTHS.slice(least).some((stronger) => held.includes(`${area}:${stronger}` as Scope))
}
