import type { ProjectKey } from '@mayday/protocol/api/projects'
import { iso } from '../db/iso.ts'
import { dsnOf } from './dsn-of.ts'

export const KEY_COLUMNS = `public_key, name, is_active, rate_limit_window, rate_limit_count,
  project_id, ${iso('created_at')} as date_created, ${iso('last_used_at')} as last_used`

export type KeyRow = {
  public_key: string
  name: string
  is_active: boolean
  rate_limit_window: number | null
  rate_limit_count: number | null
  project_id: number
  date_created: string
  last_used: string | null
}

/** A key in Sentry's shape. Addresses of what Mayday does not take in (yet) are derived all the same. */
export function projectKeyOf(row: KeyRow, publicUrl: string): ProjectKey {
  const dsn = dsnOf(publicUrl, row.public_key, row.project_id)
  const intake = `${publicUrl}/api/${row.project_id}`
  const query = `?sentry_key=${row.public_key}`
  return {
    id: row.public_key,
    name: row.name,
    label: row.name,
    public: row.public_key,
    // Old SDKs want a secret part in the DSN; the public key alone decides, so there is none to keep.
    secret: row.public_key,
    projectId: row.project_id,
    isActive: row.is_active,
    rateLimit:
      row.rate_limit_window === null || row.rate_limit_count === null
        ? null
        : { window: row.rate_limit_window, count: row.rate_limit_count },
    dsn: {
      public: dsn,
      secret: dsn.replace('@', `:${row.public_key}@`),
      csp: `${intake}/csp-report/${query}`,
      security: `${intake}/security/${query}`,
      minidump: `${intake}/minidump/${query}`,
      unreal: `${intake}/unreal/${row.public_key}/`,
      nel: `${intake}/nel/${query}`,
      cdn: '',
    },
    browserSdkVersion: '',
    browserSdk: { choices: [] },
    dynamicSdkLoaderOptions: { hasReplay: false, hasPerformance: false, hasDebug: false },
    dateCreated: row.date_created,
    lastUsed: row.last_used,
  }
}
