import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { EventPayload, Frame } from '@mayday/protocol/event'
import { scrubCode } from './scrub.ts'

const LINES_AROUND = 5
const MAX_LINE_CHARS = 140
/** Larger files are bundles or data, of which a few lines tell nothing. */
const MAX_FILE_BYTES = 1024 * 1024
const MAX_FILES_PER_EVENT = 20
const MAX_CACHED_SNIPPETS = 500
const MAX_FILES_READ_AT_ONCE = 4

type Snippet = { pre: string[]; line: string; post: string[] }
type Place = { path: string; lineno: number; colno: number }

/** `null`: there is nothing to show. Kept, so that a missing file is looked for once. */
const snippets = new Map<string, Snippet | null>()
let reading = 0
const waiting: (() => void)[] = []

/**
 * Puts the source lines around each in-app frame into the event. Files are read without blocking,
 * at most four at once; what was cut out of them is cached. Never rejects.
 */
export async function addSourceContext(event: EventPayload): Promise<void> {
  const frames = framesOf(event)
  for (const [path, places] of missingPlaces(frames)) {
    await turn()
    try {
      remember(places, isReadable(await stat(path)) ? await readFile(path, 'utf8') : undefined)
    } catch {
      // Built elsewhere, deleted, or not ours to read: the frame stays without lines.
      remember(places, undefined)
    } finally {
      endTurn()
    }
  }
  applySnippets(frames)
}

/** As {@link addSourceContext} for a process that is ending and cannot wait. */
export function addSourceContextNow(event: EventPayload): void {
  const frames = framesOf(event)
  for (const [path, places] of missingPlaces(frames)) {
    try {
      remember(places, isReadable(statSync(path)) ? readFileSync(path, 'utf8') : undefined)
    } catch {
      // As above.
      remember(places, undefined)
    }
  }
  applySnippets(frames)
}

/** A pipe or a device would block, or never end. */
function isReadable(stats: { isFile(): boolean; size: number }): boolean {
  return stats.isFile() && stats.size <= MAX_FILE_BYTES
}

function framesOf(event: EventPayload): Frame[] {
  return [...(event.exception?.values ?? []), ...(event.threads?.values ?? [])]
    .flatMap((exception) => exception.stacktrace?.frames ?? [])
    .filter((frame) => frame.in_app === true && placeOf(frame) !== undefined)
}

function placeOf(frame: Frame): Place | undefined {
  const { abs_path: path, lineno, colno } = frame
  return path === undefined || lineno === undefined
    ? undefined
    : { path, lineno, colno: colno ?? 1 }
}

function missingPlaces(frames: Frame[]): Map<string, Place[]> {
  const places = new Map<string, Place[]>()
  for (const frame of frames) {
    const place = placeOf(frame)
    if (place === undefined || snippets.has(keyOf(place))) continue
    const ofFile = places.get(place.path)
    if (ofFile) ofFile.push(place)
    else if (places.size < MAX_FILES_PER_EVENT) places.set(place.path, [place])
  }
  return places
}

function remember(places: Place[], text: string | undefined): void {
  const lines = text?.split('\n')
  for (const place of places) {
    const oldest = snippets.keys().next()
    if (snippets.size >= MAX_CACHED_SNIPPETS && !oldest.done) snippets.delete(oldest.value)
    snippets.set(keyOf(place), lines === undefined ? null : cutOut(lines, place))
  }
}

function cutOut(lines: string[], { lineno, colno }: Place): Snippet | null {
  const index = lineno - 1
  const line = lines[index]
  if (line === undefined) return null
  return {
    pre: lines.slice(Math.max(0, index - LINES_AROUND), index).map((line) => shorten(line, 1)),
    line: shorten(line, colno),
    post: lines.slice(index + 1, index + 1 + LINES_AROUND).map((line) => shorten(line, 1)),
  }
}

/** A window of 140 characters in which the column is. */
function shorten(line: string, colno: number): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  if (text.length <= MAX_LINE_CHARS) return scrubCode(text)
  const start = Math.max(0, Math.min(colno - 40, text.length - MAX_LINE_CHARS))
  const end = start + MAX_LINE_CHARS
  const window = scrubCode(text.slice(start, end))
  return `${start > 0 ? '…' : ''}${window}${end < text.length ? '…' : ''}`
}

function applySnippets(frames: Frame[]): void {
  for (const frame of frames) {
    const place = placeOf(frame)
    const snippet = place && snippets.get(keyOf(place))
    if (!snippet) continue
    frame.pre_context = snippet.pre
    frame.context_line = snippet.line
    frame.post_context = snippet.post
  }
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
