import type { Breadcrumb, EventPayload } from '@mayday/protocol/event'
import type { ClientReason } from '@mayday/protocol/outcome'
import { type Context, currentContext } from './current-scope.ts'
import { type EventHint, type EventProcessor, isThenable } from './event-processors.ts'
import { FloodGuard } from './flood-guard.ts'
import { encodeEvent, finishEvent, HOOK_TIMEOUT_MS } from './prepare-event.ts'
import { Repeats } from './repeats.ts'
import type { ResolvedOptions } from './resolved-options.ts'
import { addSourceContext, addSourceContextNow } from './source-context.ts'
import { Transport } from './transport.ts'

/** Something that watches the process; `install` gives back how to stop it. */
export type Integration = { name: string; install(client: Client): () => void }

/** `reading` source lines, `asking` the hook, or `done`. */
type Pending = {
  event: EventPayload
  hint: EventHint
  state: 'reading' | 'asking' | 'done'
  /** Why it is dropped, if the program drops it now. */
  reason: ClientReason
}

/** More than the queue of the transport holds; each costs a promise. */
const MAX_PENDING = 128

/** What {@link init} makes: takes events through their second half and hands them to the transport. */
export class Client {
  readonly options: ResolvedOptions
  readonly transport: Transport | undefined
  readonly flood: FloodGuard = new FloodGuard()
  readonly repeats: Repeats = new Repeats()
  /** Those of integrations; more come with the scopes. */
  readonly processors: EventProcessor[] = []
  /** Told whether something would be lost if the process died now. */
  onUnsaved: ((isUnsaved: boolean) => void) | undefined
  /** Told when a signal ends the process in an orderly way. */
  onOrderlyDeath: (() => void) | undefined
  readonly #uninstalls: (() => void)[] = []
  readonly #pending = new Set<Pending>()
  readonly #undecided = new Set<() => void>()
  #whenPrepared: (() => void)[] = []
  #isHookAsked = false
  #exitBudgetMs: number

  constructor(options: ResolvedOptions) {
    this.options = options
    this.transport = options.dsn && new Transport(options.dsn, (line) => this.log(line), options)
    if (this.transport) this.transport.onChange = () => this.#tellUnsaved()
    this.#exitBudgetMs = options.shutdownTimeoutMs
  }

  install(integrations: Integration[]): void {
    for (const integration of integrations) {
      try {
        this.#uninstalls.push(integration.install(this))
      } catch (error) {
        // An exotic runtime may lack what one integration needs; the others still work.
        this.log(`integration ${integration.name} is off: ${String(error)}`)
      }
    }
  }

  /** Sends an event, after its source lines were read and the hook was asked. */
  submit(event: EventPayload, hint: EventHint): void {
    if (this.transport === undefined) return
    if (this.#pending.size >= MAX_PENDING) {
      this.drop('queue_overflow')
      return
    }
    const pending: Pending = { event, hint, state: 'reading', reason: 'event_processor' }
    this.#pending.add(pending)
    this.#tellUnsaved()
    void this.#prepare(pending)
  }

  /** Keeps `decide` until it was called, or until the process ends, which decides everything. */
  holdUndecided(decide: () => void): () => void {
    const once = () => {
      if (!this.#undecided.delete(once)) return
      try {
        decide()
      } catch (error) {
        this.log(`event lost: ${String(error)}`)
        this.drop('internal_sdk_error')
      }
      this.#tellUnsaved()
    }
    this.#undecided.add(once)
    this.#tellUnsaved()
    return once
  }

  drop(reason: ClientReason): void {
    this.transport?.drop(reason, 'error')
  }

  addBreadcrumb(breadcrumb: Breadcrumb, context: Context = currentContext()): void {
    // A hook that writes to the console would be asked about its own writing, without end.
    if (this.options.maxBreadcrumbs === 0 || this.#isHookAsked) return
    this.#isHookAsked = true
    try {
      const { beforeBreadcrumb } = this.options
      const kept = beforeBreadcrumb ? beforeBreadcrumb(breadcrumb, {}) : breadcrumb
      if (kept) context.isolationScope.addBreadcrumb(kept)
    } catch (error) {
      this.log(`breadcrumb lost: ${String(error)}`)
    } finally {
      this.#isHookAsked = false
    }
  }

  /** Waits for everything captured so far. Resolves to whether all was sent within `timeoutMs`. */
  async flush(timeoutMs: number): Promise<boolean> {
    if (this.transport === undefined) return true
    const startedAt = performance.now()
    const alive = setTimeout(() => undefined, timeoutMs)
    const timedOut = new Promise<false>((resolve) => {
      setTimeout(() => resolve(false), timeoutMs).unref()
    })
    const isPrepared = await Promise.race([this.#prepared(), timedOut])
    clearTimeout(alive)
    const leftMs = timeoutMs - (performance.now() - startedAt)
    return isPrepared && (await this.transport.flush(Math.max(0, leftMs)))
  }

  /** Keeps the process alive for what is on its way, for a process that has nothing else to do. */
  async finishSending(): Promise<void> {
    if (this.transport === undefined) return
    const startedAt = performance.now()
    await this.transport.tryOnce(this.#exitBudgetMs)
    this.#exitBudgetMs -= performance.now() - startedAt
  }

  /**
   * Sends everything while the thread stands still, for a process that ends. What waits for an
   * asynchronous hook cannot be sent so.
   *
   * @returns whether something is left that a hook still has to decide
   */
  flushBeforeExit(): boolean {
    this.#finishNow()
    const startedAt = performance.now()
    this.transport?.flushBeforeExit(this.#exitBudgetMs)
    this.#exitBudgetMs -= performance.now() - startedAt
    return this.#pending.size > 0
  }

  /** Puts everything on disk, for a process that may die at once, but goes on sending. */
  saveBeforeDeath(): void {
    this.#finishNow()
    this.transport?.saveForOthers()
  }

  /** Hands everything to the transport that no hook has to be waited for. */
  #finishNow(): void {
    this.transport?.hold()
    for (const decide of this.#undecided) decide()
    for (const pending of this.#pending) {
      if (pending.state !== 'reading') continue
      addSourceContextNow(pending.event)
      const result = this.#ask(pending)
      if (!isThenable(result)) this.#finish(pending, result)
      else void this.#await(pending, result)
    }
  }

  /** Stops watching the process; sends what is left within `timeoutMs`. */
  async close(timeoutMs: number): Promise<boolean> {
    for (const uninstall of this.#uninstalls.splice(0)) uninstall()
    const result = await this.flush(timeoutMs)
    this.transport?.close()
    return result
  }

  /** One line on stderr, if `debug` is on. Written around the console, which is watched. */
  log(line: string): void {
    if (this.options.debug) process.stderr.write(`[mayday] ${line}\n`)
  }

  async #prepare(pending: Pending): Promise<void> {
    await addSourceContext(pending.event)
    if (pending.state !== 'reading') return
    const result = this.#ask(pending)
    if (isThenable(result)) await this.#await(pending, result)
    else this.#finish(pending, result)
  }

  #ask(pending: Pending): EventPayload | null | PromiseLike<EventPayload | null> {
    pending.state = 'asking'
    this.repeats.close(pending.event)
    try {
      return finishEvent(pending.event, pending.hint, this.options, this.processors, () => {
        pending.reason = 'before_send'
      })
    } catch (error) {
      // Sent as it is, the event might hold what the hook was there to take out.
      this.log(`a hook of the program failed (${pending.reason}): ${String(error)}`)
      return null
    }
  }

  async #await(pending: Pending, result: PromiseLike<EventPayload | null>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timedOut = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), HOOK_TIMEOUT_MS).unref()
    })
    const event = await Promise.race([result, timedOut]).catch(() => null)
    clearTimeout(timer)
    this.#finish(pending, event)
  }

  #finish(pending: Pending, event: EventPayload | null): void {
    if (pending.state === 'done') return
    pending.state = 'done'
    this.#pending.delete(pending)
    try {
      if (event === null || typeof event !== 'object') this.drop(pending.reason)
      else this.#send(pending.event.event_id, event)
    } catch (error) {
      this.log(`event lost: ${String(error)}`)
      this.drop('internal_sdk_error')
    }
    this.#tellUnsaved()
    if (this.#pending.size === 0) for (const resolve of this.#whenPrepared.splice(0)) resolve()
  }

  #send(eventId: string, event: EventPayload): void {
    const category = event.exception || event.level === 'error' ? 'error' : 'default'
    this.transport?.send({ eventId, category, payload: encodeEvent(event) })
  }

  #tellUnsaved(): void {
    const isHere = this.#pending.size > 0 || this.#undecided.size > 0
    this.onUnsaved?.(isHere || this.transport?.hasUnsaved === true)
  }

  async #prepared(): Promise<true> {
    if (this.#pending.size > 0) {
      await new Promise<void>((resolve) => this.#whenPrepared.push(resolve))
    }
    return true
  }
}

let current: Client | undefined

/** The client that {@link init} made last, while it is open. */
export function getClient(): Client | undefined {
  return current
}

export function setClient(client: Client | undefined): void {
  current = client
}
