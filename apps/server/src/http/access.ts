import type { Scope } from '@mayday/protocol/api/account'
import { SetMetadata } from '@nestjs/common'

/**
 * Who may call a route. `public`: nobody is asked who they are; `optional`: answers everyone, and
 * says who the caller is; `anyone`: session or token, whatever its scopes; `session`: a signed-in person.
 */
export type Access =
  | { kind: 'public' }
  | { kind: 'optional' }
  | { kind: 'anyone' }
  | { kind: 'session' }
  | { kind: 'scope'; scope: Scope }

export const ACCESS = 'mayday:access'

export const Public = () => SetMetadata(ACCESS, { kind: 'public' } satisfies Access)
export const Optional = () => SetMetadata(ACCESS, { kind: 'optional' } satisfies Access)
export const SignedIn = () => SetMetadata(ACCESS, { kind: 'anyone' } satisfies Access)
export const SessionOnly = () => SetMetadata(ACCESS, { kind: 'session' } satisfies Access)
export const Needs = (scope: Scope) =>
  SetMetadata(ACCESS, { kind: 'scope', scope } satisfies Access)
