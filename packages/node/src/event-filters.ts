import type { Exception } from '@mayday/protocol/event'
import { isMatched } from './option-checks.ts'
import type { ResolvedOptions } from './resolved-options.ts'

/** Whether `ignoreErrors` names this text: `Type: message`, or a message. */
export function isIgnored(text: string, options: ResolvedOptions): boolean {
  return isMatched(text, options.ignoreErrors)
}

/** Whether `denyUrls` or `allowUrls` keep an error from being sent, by the file where it happened. */
export function isFromUnwantedFile(values: Exception[], options: ResolvedOptions): boolean {
  const { allowUrls, denyUrls } = options
  if (allowUrls.length === 0 && denyUrls.length === 0) return false
  const file = fileOf(values)
  if (file === undefined) return false
  if (isMatched(file, denyUrls)) return true
  return allowUrls.length > 0 && !isMatched(file, allowUrls)
}

/** That of the innermost frame of the program's own code, else of the innermost with a file. */
function fileOf(values: Exception[]): string | undefined {
  const frames = (values.at(-1)?.stacktrace?.frames ?? [])
    .filter((frame) => frame.abs_path !== undefined)
    .reverse()
  return (frames.find((frame) => frame.in_app) ?? frames[0])?.abs_path
}
