/**
 * Has Node write its report when V8 gives up, as it does without memory: the only trace of that.
 * Left alone when the program has settings of its own for reports, and where Node cannot leave the
 * network out of them, since looking up the names of many peers would hold up the end.
 *
 * @returns how to set everything back
 */
export function armFatalReport(folder: string, fileName: string): () => void {
  const report = process.report as Report | undefined
  if (report === undefined || typeof report.excludeNetwork !== 'boolean') return () => undefined
  if (!isUntouched(report)) return () => undefined
  const before = settingsOf(report)
  const ours: Settings = {
    directory: folder,
    filename: fileName,
    reportOnFatalError: true,
    excludeNetwork: true,
    ...(typeof report.excludeEnv === 'boolean' ? { excludeEnv: true } : {}),
  }
  Object.assign(report, ours)
  const unwrap = wrapWriting(report, ours, before)
  return () => {
    unwrap()
    putBack(report, ours, before)
  }
}

/** What is taken from a report; all else in it stays where it is, and is deleted with it. */
export type FatalReport = {
  isOutOfMemory: boolean
  /** Node's sentence, such as `Allocation failed - JavaScript heap out of memory`. */
  event: string
  atMs: number
  heapUsed: number | undefined
  nodeVersion: string | undefined
  /** Innermost call first. */
  nativeStack: string[]
}

const MAX_FRAMES = 20
const MAX_TEXT_CHARS = 200

/** Undefined for what is no such report. Reports hold the environment and the command line. */
export function parseFatalReport(json: string): FatalReport | undefined {
  let report: RawReport | null
  try {
    report = JSON.parse(json)
  } catch {
    // Torn off when the process was killed while it wrote.
    return undefined
  }
  const trigger = report?.header?.trigger
  if (typeof trigger !== 'string') return undefined
  const event = textOf(report?.header?.event) ?? ''
  const atMs = Number(report?.header?.dumpEventTimeStamp)
  const heapUsed = report?.javascriptHeap?.usedMemory
  const stack = Array.isArray(report?.nativeStack) ? report.nativeStack : []
  return {
    isOutOfMemory: trigger === 'OOMError' || /out of memory/i.test(event),
    event,
    atMs: Number.isFinite(atMs) ? atMs : Date.now(),
    heapUsed: typeof heapUsed === 'number' ? heapUsed : undefined,
    nodeVersion: textOf(report?.header?.nodejsVersion),
    nativeStack: stack.flatMap((frame) => textOf(frame?.symbol)?.trim() || []).slice(0, MAX_FRAMES),
  }
}

type RawReport = {
  header?: { [key in 'trigger' | 'event' | 'dumpEventTimeStamp' | 'nodejsVersion']?: unknown }
  javascriptHeap?: { usedMemory?: unknown }
  nativeStack?: ({ symbol?: unknown } | null)[]
}
/** With what came after Node 18. */
type Report = NodeJS.ProcessReport & { excludeNetwork?: boolean; excludeEnv?: boolean }
type Settings = Partial<
  Pick<Report, 'directory' | 'filename' | 'reportOnFatalError' | 'excludeNetwork' | 'excludeEnv'>
>

function isUntouched(report: Report): boolean {
  const isOn =
    report.reportOnFatalError || report.reportOnSignal || report.reportOnUncaughtException
  return !isOn && report.directory === '' && report.filename === ''
}

function settingsOf(report: Report): Settings {
  const { directory, filename, reportOnFatalError, excludeNetwork, excludeEnv } = report
  return {
    directory,
    filename,
    reportOnFatalError,
    ...(excludeNetwork === undefined ? {} : { excludeNetwork }),
    ...(excludeEnv === undefined ? {} : { excludeEnv }),
  }
}

/** What the program has set meanwhile stays. */
function putBack(report: Report, ours: Settings, before: Settings): void {
  const unchanged = Object.entries(before).filter(
    ([key]) => report[key as keyof Settings] === ours[key as keyof Settings],
  )
  Object.assign(report, Object.fromEntries(unchanged))
}

/** A report that the program writes goes where it would go without us, and holds the same. */
function wrapWriting(report: Report, ours: Settings, before: Settings): () => void {
  const original = report.writeReport
  const wrapped = (...args: unknown[]) => {
    putBack(report, ours, before)
    try {
      return Reflect.apply(original, report, args)
    } finally {
      if (isUntouched(report)) Object.assign(report, ours)
    }
  }
  Object.assign(report, { writeReport: wrapped })
  return () => {
    if (Object.is(report.writeReport, wrapped)) report.writeReport = original
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT_CHARS) : undefined
}
