import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** Without waiting for the other end, should it be a pipe. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Which part of a file: all of it if it is not larger than `maxBytes`, else its end or nothing. */
export type FilePart = { path: string; maxBytes: number; endBytes: number }

/** `isWhole` is false where only the end was read. */
export type FileBytes = { bytes: Buffer; isWhole: boolean }

/** Reads a file, if it is one: a pipe or a device would never end. Undefined if not; never rejects. */
export async function readPart(part: FilePart): Promise<FileBytes | undefined> {
  try {
    const file = await open(part.path, FLAGS)
    try {
      const range = rangeOf(await file.stat(), part)
      if (range === undefined) return undefined
      const bytes = Buffer.alloc(range.length)
      const { bytesRead } = await file.read(bytes, 0, range.length, range.start)
      return { bytes: bytes.subarray(0, bytesRead), isWhole: range.start === 0 }
    } finally {
      await file.close()
    }
  } catch {
    // Built elsewhere, deleted, or not ours to read.
    return undefined
  }
}

/** As {@link readPart} for a process that is ending and cannot wait. */
export function readPartNow(part: FilePart): FileBytes | undefined {
  try {
    const file = openSync(part.path, FLAGS)
    try {
      const range = rangeOf(fstatSync(file), part)
      if (range === undefined) return undefined
      const bytes = Buffer.alloc(range.length)
      const bytesRead = readSync(file, bytes, 0, range.length, range.start)
      return { bytes: bytes.subarray(0, bytesRead), isWhole: range.start === 0 }
    } finally {
      closeSync(file)
    }
  } catch {
    // As above.
    return undefined
  }
}

function rangeOf(
  stats: { isFile(): boolean; size: number },
  { maxBytes, endBytes }: FilePart,
): { start: number; length: number } | undefined {
  if (!stats.isFile()) return undefined
  if (stats.size <= maxBytes) return { start: 0, length: stats.size }
  return endBytes === 0 ? undefined : { start: stats.size - endBytes, length: endBytes }
}
