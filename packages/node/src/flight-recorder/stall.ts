/** At one turn of the watch: by a clock that never jumps, by the wall clock, and CPU time used. */
export type Turn = { atMs: number; wallMs: number; cpuMs: number }

/** `cpuMs` is CPU time of the process meanwhile: of the event loop's thread where that can be had. */
export type Stall = { durationMs: number; beganAtMs: number; cpuMs: number; isBusy: boolean }

export const TURN_MS = 500
export const MIN_STALL_MS = 1000
/** Of its time with a CPU: the rest was waiting, for a disk, a lock or a turn. */
const BUSY_SHARE = 0.5
/** The wall clock went on while the other one stood: the machine slept. */
const MAX_CLOCK_GAP_MS = 1000

/**
 * Whether the event loop stood still between two turns that should be {@link TURN_MS} apart.
 * Undefined also when the whole machine was suspended.
 */
export function stallBetween(before: Turn, after: Turn): Stall | undefined {
  const durationMs = after.atMs - before.atMs - TURN_MS
  if (durationMs < MIN_STALL_MS) return undefined
  const gapMs = after.wallMs - before.wallMs - (after.atMs - before.atMs)
  if (gapMs > MAX_CLOCK_GAP_MS) return undefined
  const cpuMs = after.cpuMs - before.cpuMs
  return {
    durationMs,
    beganAtMs: after.atMs - durationMs,
    cpuMs,
    isBusy: cpuMs >= durationMs * BUSY_SHARE,
  }
}
