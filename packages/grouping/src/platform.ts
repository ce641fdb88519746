import type { Frame } from '@mayday/protocol/event'

/** JavaScript, wherever it runs: names and files come out of builds there. */
export function isScript(platform: string): boolean {
  return platform === 'node' || platform === 'javascript'
}

/** A frame may be of another platform than its event: native code below a script. */
export function platformOf(frame: Frame, eventPlatform: string): string {
  return typeof frame.platform === 'string' && frame.platform !== ''
    ? frame.platform
    : eventPlatform
}
