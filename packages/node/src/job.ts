import { captureThrown } from './capture.ts'
import { getClient } from './client.ts'
import { Context, runInContext } from './current-scope.ts'
import { readProperty } from './failed-request.ts'
import { Scope } from './scope.ts'

/** What {@link withJob} may be told. */
export type JobOptions = {
  /** Whether events hold the job's data; values under keys that sound secret are filtered. @default false */
  includeData?: boolean | undefined
}

/** BullMQ's ways of saying that a job is to go on later: no failures. */
const POSTPONING = new Set([
  'DelayedError',
  'WaitingError',
  'WaitingChildrenError',
  'RateLimitError',
])
/** After this one BullMQ does not try again, whatever was agreed. */
const FINAL = 'UnrecoverableError'

/**
 * Wraps what works on a job, such as BullMQ's processor. Each job has user, tags and breadcrumbs of
 * its own; what it throws, or rejects with, is captured and thrown on as it is. Every failing attempt
 * is an event of the same issue: of level `warning` while the job will be tried again, of level
 * `error` when that was the last.
 *
 * Reads of the first argument what BullMQ's jobs have, if it is there: `id`, `name`, `attemptsMade`
 * and `opts.attempts`. The transaction is `queue/name`.
 *
 * @param queue name of the queue, or of the job where there is no queue
 * @param work is given the arguments as they come; `Mayday.lastErrorId()` in it is of this job
 *
 * @example
 * new Worker('mail', Mayday.withJob('mail', async (job) => send(job.data)))
 */
export function withJob<A extends unknown[], R>(
  queue: string,
  work: (...args: A) => R,
  options: JobOptions = {},
): (...args: A) => R {
  return function maydayJob(this: unknown, ...args: A): R {
    const job = describeJob(queue, args[0], options)
    const context = new Context(undefined, scopeOf(job))
    return runInContext(context, () => {
      try {
        const result = work.apply(this, args)
        return isPromise(result) ? (watch(result, job, context) as R) : result
      } catch (error) {
        capture(error, job, context)
        throw error
      }
    })
  }
}

async function watch(result: PromiseLike<unknown>, job: Job, context: Context): Promise<unknown> {
  try {
    return await result
  } catch (error) {
    capture(error, job, context)
    throw error
  }
}

type Job = {
  queue: string
  id: string | undefined
  name: string | undefined
  attempt: number | undefined
  maxAttempts: number
  data: unknown
}

function describeJob(queue: string, job: unknown, { includeData }: JobOptions): Job {
  const attemptsMade = readProperty(job, 'attemptsMade')
  const attempts = readProperty(readProperty(job, 'opts'), 'attempts')
  return {
    queue: String(queue),
    id: textOf(readProperty(job, 'id')),
    name: textOf(readProperty(job, 'name')),
    attempt: typeof attemptsMade === 'number' ? attemptsMade + 1 : undefined,
    maxAttempts: typeof attempts === 'number' && attempts >= 1 ? attempts : 1,
    data: includeData === true ? readProperty(job, 'data') : undefined,
  }
}

function scopeOf({ queue, id, name, attempt, maxAttempts, data }: Job): Scope {
  // `__default__` is what Bull calls jobs without a name.
  const isNamed = name !== undefined && name !== queue && name !== '__default__'
  return new Scope()
    .setTransactionName(isNamed ? `${queue}/${name}` : queue)
    .setTags({ 'job.queue': queue, ...(isNamed ? { 'job.name': name } : {}) })
    .setContext('job', {
      queue,
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      ...(attempt === undefined ? {} : { attempt, max_attempts: maxAttempts }),
      ...(data === undefined ? {} : { data }),
    })
}

function capture(error: unknown, job: Job, context: Context): void {
  const name = readProperty(error, 'name')
  if (typeof name === 'string' && POSTPONING.has(name)) {
    getClient()?.log(`job ${job.queue} is postponed`)
    return
  }
  const isTriedAgain = job.attempt !== undefined && job.attempt < job.maxAttempts && name !== FINAL
  captureThrown(error, {
    capture: { type: 'job', handled: false },
    level: isTriedAgain ? 'warning' : 'error',
    context,
  })
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof readProperty(value, 'then') === 'function'
}
