import type { Account } from '@mayday/protocol/api/account'
import type { Caller } from './caller.ts'

/** A token that belongs to no person is shown as an account without id, name and e-mail. */
export function accountOf({ account }: Caller): Account {
  if (!account) return { id: '0', name: 'API token', email: null, hasPassword: false }
  return { ...account, id: String(account.id) }
}
