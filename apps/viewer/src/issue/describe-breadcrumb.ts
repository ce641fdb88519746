import type { ApiBreadcrumb } from '@mayday/protocol/api/events'
import { valueText } from './value-text.ts'

export type DescribedBreadcrumb = {
  text: string
  /** A statement or a program's text, shown in the code face. */
  isCode: boolean
  /** What the text does not say already. */
  data: [string, string][]
  durationMs: number | undefined
}

/** The line for a breadcrumb: its message, else what its data amounts to. */
export function describeBreadcrumb(crumb: ApiBreadcrumb): DescribedBreadcrumb {
  const rest: Record<string, unknown> = { ...crumb.data }
  const durationMs = takeDuration(rest)
  const isHttp = typeof rest.url === 'string'
  if (isHttp) {
    const { method, url, status_code: status } = rest
    delete rest.method
    delete rest.url
    delete rest.status_code
    const line = [method, url].filter((part) => typeof part === 'string').join(' ')
    const text = status === undefined ? line : `${line} → ${valueText(status)}`
    const message = crumb.message === null || crumb.message === line ? '' : `${crumb.message} `
    return { text: message + text, isCode: false, data: pairs(rest), durationMs }
  }
  const isCode = /query|sql|^db/.test(crumb.category ?? '') || crumb.type === 'query'
  // The console integration repeats its message as `arguments`.
  delete rest.arguments
  delete rest.logger
  return { text: crumb.message ?? '', isCode, data: pairs(rest), durationMs }
}

function pairs(data: Record<string, unknown>): [string, string][] {
  return Object.entries(data).map(([key, value]) => [key, valueText(value)])
}

/** `duration_ms`, or `duration` which SDKs send in milliseconds. */
function takeDuration(data: Record<string, unknown>): number | undefined {
  for (const key of ['duration_ms', 'duration']) {
    const value = data[key]
    if (typeof value !== 'number' || value < 0) continue
    delete data[key]
    return value
  }
  return undefined
}
