import type { EventPayload, Frame } from '@mayday/protocol/event'
import { mapFrame, readableSource } from './original-frame.ts'
import { type FileBytes, type FilePart, readPart, readPartNow } from './source-file.ts'
import { linesAround, shown } from './source-lines.ts'
import { type Around, lookUp, type Original, type Position } from './source-map.ts'
import { debugIdOf, mapPlaceOf } from './source-map-comment.ts'
import { lookUpInThread } from './source-map-thread.ts'

const MAX_FILE_BYTES = 4 * 1024 * 1024
/** Of larger files only the comments at the end are read. */
const END_BYTES = 4096
const MAX_MAP_BYTES = 16 * 1024 * 1024
/** Takes about a millisecond, of which half is JSON; larger maps go to a thread. */
const MAX_MAP_BYTES_AT_ONCE = 256 * 1024
const MAX_FILES_PER_EVENT = 20
const MAX_CACHED_PLACES = 500
const MAX_FILES_READ_AT_ONCE = 4

/** What is known of a position in a built file; empty if nothing. */
type Explained = {
  around?: Around | undefined
  original?: Original | undefined
  mapPath?: string
  debugId?: string | undefined
}
type Place = { path: string; lineno: number; colno: number }

/** What the explaining of a file asks for; the answer depends on whether there is time to wait. */
type Step = { read: FilePart } | { lookUp: Buffer; positions: Position[] }
type Answer = FileBytes | (Original | undefined)[] | undefined

/** Empty entries are kept, too, so that a missing file is looked for once. */
const explained = new Map<string, Explained>()
let reading = 0
const waiting: (() => void)[] = []

/**
 * Puts source lines around each in-app frame into the event, and where a built file has a source
 * map the original position. Files are read without blocking, at most four at once, and large maps
 * in a thread; what was found is cached by position. Never rejects.
 */
export async function addSourceContext(event: EventPayload): Promise<void> {
  const frames = framesOf(event)
  for (const [path, places] of unexplained(frames)) {
    await turn()
    try {
      const steps = explain(path, places)
      for (let next = steps.next(); !next.done; ) next = steps.next(await answer(next.value))
    } catch {
      // A hostile map or path: the frame stays as it is.
      for (const place of places) keep(place, {})
    } finally {
      endTurn()
    }
  }
  apply(event, frames)
}

/** As {@link addSourceContext} for a process that is ending and cannot wait; large maps are left out. */
export function addSourceContextNow(event: EventPayload): void {
  const frames = framesOf(event)
  for (const [path, places] of unexplained(frames)) {
    try {
      const steps = explain(path, places)
      for (let next = steps.next(); !next.done; ) next = steps.next(answerNow(next.value))
    } catch {
      // As above.
      for (const place of places) keep(place, {})
    }
  }
  apply(event, frames)
}

async function answer(step: Step): Promise<Answer> {
  if ('read' in step) return readPart(step.read)
  const { lookUp: bytes, positions } = step
  if (bytes.length <= MAX_MAP_BYTES_AT_ONCE) return lookUp(bytes, positions)
  return lookUpInThread(bytes, positions)
}

function answerNow(step: Step): Answer {
  if ('read' in step) return readPartNow(step.read)
  return step.lookUp.length <= MAX_MAP_BYTES_AT_ONCE
    ? lookUp(step.lookUp, step.positions)
    : undefined
}

/** Finds out about all places of one file. */
function* explain(path: string, places: Place[]): Generator<Step, void, Answer> {
  const file = (yield {
    read: { path, maxBytes: MAX_FILE_BYTES, endBytes: END_BYTES },
  }) as FileBytes | undefined
  const map = file && (yield* findMap(path, file.bytes))
  const positions = places.map(({ lineno, colno }) => ({ line: lineno, column: colno }))
  const originals = map && ((yield { lookUp: map.bytes, positions }) as (Original | undefined)[])
  const debugId = file && debugIdOf(file.bytes)
  for (const [index, place] of places.entries()) {
    const original = originals?.[index]
    if (original && map) {
      const around = original.around ?? (yield* readOriginal(original, map.path))
      const lines = around && shown(around, original.column)
      keep(place, { original, mapPath: map.path, around: lines, debugId })
    } else {
      const around = file?.isWhole ? linesAround(file.bytes, place.lineno) : undefined
      keep(place, { around: around && shown(around, place.colno), debugId })
    }
  }
}

function* findMap(
  path: string,
  file: Buffer,
): Generator<Step, { path: string; bytes: Buffer } | undefined, Answer> {
  const place = mapPlaceOf(path, file)
  if (place === undefined) return undefined
  if ('bytes' in place) return { path, bytes: place.bytes }
  const read = (yield {
    read: { path: place.path, maxBytes: MAX_MAP_BYTES, endBytes: 0 },
  }) as FileBytes | undefined
  return read && { path: place.path, bytes: read.bytes }
}

function* readOriginal(
  { source, line }: Original,
  mapPath: string,
): Generator<Step, Around | undefined, Answer> {
  const path = readableSource(source, mapPath)
  if (path === undefined) return undefined
  const file = (yield { read: { path, maxBytes: MAX_FILE_BYTES, endBytes: 0 } }) as
    | FileBytes
    | undefined
  return file && linesAround(file.bytes, line)
}

function framesOf(event: EventPayload): Frame[] {
  return [...(event.exception?.values ?? []), ...(event.threads?.values ?? [])]
    .flatMap(({ stacktrace }) => stacktrace?.frames ?? [])
    .filter((frame) => frame.in_app === true && placeOf(frame) !== undefined)
}

function placeOf(frame: Frame): Place | undefined {
  const { abs_path: path, lineno, colno } = frame
  return path === undefined || lineno === undefined
    ? undefined
    : { path, lineno, colno: colno ?? 1 }
}

function unexplained(frames: Frame[]): Map<string, Place[]> {
  const places = new Map<string, Place[]>()
  for (const frame of frames) {
    const place = placeOf(frame)
    if (place === undefined || explained.has(keyOf(place))) continue
    const ofFile = places.get(place.path)
    if (ofFile) ofFile.push(place)
    else if (places.size < MAX_FILES_PER_EVENT) places.set(place.path, [place])
  }
  return places
}

function keep(place: Place, what: Explained): void {
  const oldest = explained.keys().next()
  if (explained.size >= MAX_CACHED_PLACES && !oldest.done) explained.delete(oldest.value)
  explained.set(keyOf(place), what)
}

function apply(event: EventPayload, frames: Frame[]): void {
  const debugIds = new Map<string, string>()
  for (const frame of frames) {
    const place = placeOf(frame)
    const found = place && explained.get(keyOf(place))
    if (!found) continue
    if (found.debugId !== undefined) debugIds.set(place.path, found.debugId)
    if (found.original && found.mapPath) mapFrame(frame, found.original, found.mapPath)
    if (!found.around || frame.in_app !== true) continue
    frame.pre_context = found.around.pre
    frame.context_line = found.around.line
    frame.post_context = found.around.post
  }
  if (debugIds.size > 0) tellDebugIds(event, debugIds)
}

/** In the shape by which Sentry's servers find uploaded source maps. */
function tellDebugIds(event: EventPayload, debugIds: Map<string, string>): void {
  const told = event.debug_meta?.images ?? []
  const images = [...debugIds]
    .filter(([file]) => !told.some((image) => image.code_file === file))
    .map(([code_file, debug_id]) => ({ type: 'sourcemap', code_file, debug_id }))
  event.debug_meta = { images: [...told, ...images] }
}

function keyOf({ path, lineno, colno }: Place): string {
  return `${lineno}:${colno}:${path}`
}

async function turn(): Promise<void> {
  if (reading >= MAX_FILES_READ_AT_ONCE) {
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  reading++
}

function endTurn(): void {
  reading--
  waiting.shift()?.()
}
