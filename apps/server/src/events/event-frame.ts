import type { ApiFrame } from '@mayday/protocol/api/events'
import type { Frame } from '@mayday/protocol/event'

/** One frame in the web API's shape; lines of source get their numbers. */
export function frameOf(frame: Frame, platform: string): ApiFrame {
  return {
    filename: frame.filename ?? null,
    absPath: frame.abs_path ?? null,
    module: frame.module ?? null,
    package: frame.package ?? null,
    platform: frame.platform ?? platform,
    function: frame.function ?? null,
    lineNo: frame.lineno ?? null,
    colNo: frame.colno ?? null,
    inApp: frame.in_app ?? false,
    vars: frame.vars ?? null,
    context: contextOf(frame),
    data: frame.data ?? null,
  }
}

function contextOf({ pre_context = [], context_line, post_context = [], lineno }: Frame) {
  if (context_line === undefined) return []
  // Without a number the lines still read in order.
  const first = (lineno ?? pre_context.length + 1) - pre_context.length
  return [...pre_context, context_line, ...post_context].map((line, index): [number, string] => [
    first + index,
    line,
  ])
}
