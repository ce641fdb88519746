import type { ApiException, ApiFrame } from '@mayday/protocol/api/events'

/** The chain as a Node process would have printed it, the thrown exception first. */
export function rawStackTrace(thrownFirst: readonly ApiException[]): string {
  return thrownFirst
    .map((exception, index) => {
      const head = [exception.type, exception.value].filter((part) => part !== null).join(': ')
      const frames = (exception.stacktrace?.frames ?? []).toReversed().map(frameLine)
      return [`${index === 0 ? '' : 'caused by: '}${head}`, ...frames].join('\n')
    })
    .join('\n')
}

export function frameLine(frame: ApiFrame): string {
  const place = framePlace(frame, frame.absPath ?? frame.filename)
  return frame.function === null ? `    at ${place}` : `    at ${frame.function} (${place})`
}

/** `src/orders/service.ts:42:31`, as much of it as is known. */
export function framePlace(frame: ApiFrame, file = frame.filename ?? frame.absPath): string {
  const name = file ?? frame.module ?? frame.package ?? 'unknown'
  if (frame.lineNo === null) return name
  return frame.colNo === null ? `${name}:${frame.lineNo}` : `${name}:${frame.lineNo}:${frame.colNo}`
}
