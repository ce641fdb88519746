import type { Breadcrumb, EventPayload, Level, User } from '@mayday/protocol/event'
import { type Bounds, cut, EXTRA_BOUNDS, type Json, toJson } from './bounded.ts'
import { addProcessors, type EventProcessor } from './event-processors.ts'

export type Primitive = string | number | boolean | bigint | null | undefined

/** What a scope holds, as an object. */
export type ScopeData = {
  user?: (User & Record<string, unknown>) | null
  level?: Level
  tags?: Record<string, Primitive>
  contexts?: Record<string, Record<string, unknown> | null>
  extra?: Record<string, unknown>
  fingerprint?: string[]
}

const MAX_BREADCRUMBS = 100
const MAX_TAGS = 100
const MAX_ENTRIES = 100
const MAX_NAME_CHARS = 200
const MAX_MESSAGE_CHARS = 1024

const USER_BOUNDS: Bounds = { maxDepth: 2, maxBreadth: 30, maxValues: 100, maxStringChars: 200 }
const DATA_BOUNDS: Bounds = { maxDepth: 3, maxBreadth: 30, maxValues: 100, maxStringChars: 1024 }

/** Data that is merged into the events captured while the scope is active. No method throws. */
export class Scope {
  #user: User | null | undefined
  #tags = new Map<string, string>()
  #contexts = new Map<string, Record<string, Json>>()
  #extra = new Map<string, Json>()
  #fingerprint: string[] | undefined
  #level: Level | undefined
  #transaction: string | undefined
  #breadcrumbs: Breadcrumb[] = []
  #processors: EventProcessor[] = []
  /** Id of the newest event that was captured in this scope. */
  lastEventId: string | undefined
  /** As {@link lastEventId}, but of errors alone: not of messages. */
  lastErrorId: string | undefined

  /** Who was served; `null` takes a user away that an outer scope has set. */
  setUser(user: (User & Record<string, unknown>) | null): this {
    this.#user = user === null ? null : toUser(user)
    return this
  }

  /** An indexed pair; both sides are cut at 200 characters. `undefined` and `null` remove it. */
  setTag(key: string, value: Primitive): this {
    const name = nameOf(key)
    if (value === undefined || value === null) this.#tags.delete(name)
    else if (this.#tags.size < MAX_TAGS || this.#tags.has(name)) {
      this.#tags.set(name, nameOf(value))
    }
    return this
  }

  setTags(tags: Record<string, Primitive>): this {
    for (const [key, value] of entriesOf(tags)) this.setTag(key, value)
    return this
  }

  /** A named object, copied now and within bounds; `null` removes it. */
  setContext(name: string, context: Record<string, unknown> | null): this {
    const key = nameOf(name)
    const copy = context === null ? null : toJson(context, EXTRA_BOUNDS)
    if (copy === null) this.#contexts.delete(key)
    else if (this.#contexts.size < MAX_ENTRIES || this.#contexts.has(key)) {
      this.#contexts.set(key, isRecord(copy) ? copy : { value: copy })
    }
    return this
  }

  /** Free data that is shown but not indexed, copied now and within bounds. */
  setExtra(key: string, value: unknown): this {
    const name = nameOf(key)
    if (this.#extra.size < MAX_ENTRIES || this.#extra.has(name)) {
      this.#extra.set(name, toJson(value, EXTRA_BOUNDS))
    }
    return this
  }

  setExtras(extras: Record<string, unknown>): this {
    for (const [key, value] of entriesOf(extras)) this.setExtra(key, value)
    return this
  }

  /** Fixes the group of events; `{{ default }}` stands for what they would be grouped by. */
  setFingerprint(fingerprint: string[]): this {
    if (!Array.isArray(fingerprint)) return this
    this.#fingerprint = fingerprint
      .slice(0, MAX_TAGS)
      .map((part) => textOf(part, MAX_MESSAGE_CHARS))
    return this
  }

  setLevel(level: Level): this {
    this.#level = level
    return this
  }

  /** Name of the route or job, instead of the one found, such as `GET /orders/:id`. */
  setTransactionName(name: string): this {
    this.#transaction = nameOf(name)
    return this
  }

  /** The oldest is dropped when there are 100. Unlike the function of this name, runs no hook. */
  addBreadcrumb(breadcrumb: Breadcrumb): this {
    if (this.#breadcrumbs.length >= MAX_BREADCRUMBS) this.#breadcrumbs.shift()
    this.#breadcrumbs.push(toBreadcrumb(breadcrumb))
    return this
  }

  /** Has this function change, or drop, the events captured while the scope is active. At most 100. */
  addEventProcessor(processor: EventProcessor): this {
    if (typeof processor === 'function' && this.#processors.length < MAX_ENTRIES) {
      this.#processors.push(processor)
    }
    return this
  }

  /** Takes over what is given: data of another scope, an object of it, or what a function sets. */
  update(data: ScopeData | Scope | ((scope: Scope) => unknown) | undefined): this {
    if (typeof data === 'function') data(this)
    else if (data instanceof Scope) this.#takeOver(data)
    else if (typeof data === 'object' && data !== null) this.#set(data)
    return this
  }

  clearBreadcrumbs(): this {
    this.#breadcrumbs = []
    return this
  }

  clear(): this {
    this.#user = undefined
    this.#tags.clear()
    this.#contexts.clear()
    this.#extra.clear()
    this.#fingerprint = undefined
    this.#level = undefined
    this.#transaction = undefined
    this.#breadcrumbs = []
    this.#processors = []
    return this
  }

  /** A scope with the same data, in which changes do not reach this one. */
  clone(): Scope {
    return new Scope().#takeOver(this)
  }

  /** Merges this scope's data into the event; what is set here wins over what the event has. */
  applyTo(event: EventPayload): void {
    if (this.#user === null) delete event.user
    else if (this.#user) event.user = { ...event.user, ...this.#user }
    if (this.#tags.size > 0) event.tags = { ...event.tags, ...Object.fromEntries(this.#tags) }
    if (this.#contexts.size > 0) {
      event.contexts = { ...event.contexts, ...Object.fromEntries(this.#contexts) }
    }
    if (this.#extra.size > 0) event.extra = { ...event.extra, ...Object.fromEntries(this.#extra) }
    if (this.#fingerprint) event.fingerprint = this.#fingerprint
    if (this.#level) event.level = this.#level
    if (this.#transaction) event.transaction = this.#transaction
    addProcessors(event, this.#processors)
    this.applyBreadcrumbsTo(event)
  }

  #takeOver(other: Scope): this {
    if (other.#user !== undefined) this.#user = other.#user
    this.#tags = new Map([...this.#tags, ...other.#tags])
    this.#contexts = new Map([...this.#contexts, ...other.#contexts])
    this.#extra = new Map([...this.#extra, ...other.#extra])
    this.#fingerprint = other.#fingerprint ?? this.#fingerprint
    this.#level = other.#level ?? this.#level
    this.#transaction = other.#transaction ?? this.#transaction
    this.#breadcrumbs = [...this.#breadcrumbs, ...other.#breadcrumbs]
    this.#processors = [...this.#processors, ...other.#processors]
    return this
  }

  #set({ user, level, tags, contexts, extra, fingerprint }: ScopeData): void {
    if (user !== undefined) this.setUser(user)
    if (level) this.setLevel(level)
    if (tags) this.setTags(tags)
    if (extra) this.setExtras(extra)
    if (fingerprint) this.setFingerprint(fingerprint)
    for (const [name, context] of entriesOf(contexts ?? {})) this.setContext(name, context)
  }

  applyBreadcrumbsTo(event: EventPayload): void {
    if (this.#breadcrumbs.length === 0) return
    const others = event.breadcrumbs?.values ?? []
    event.breadcrumbs = { values: [...others, ...this.#breadcrumbs] }
  }
}

function toUser(user: Record<string, unknown>): User {
  const copy = toJson(user, USER_BOUNDS)
  if (!isRecord(copy)) return {}
  const { id, username, email, name, ip_address, ...rest } = copy
  const known = { id, username, email, name, ip_address }
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(known)) {
    if (value !== undefined && value !== null) result[key] = nameOf(value)
  }
  if (Object.keys(rest).length > 0) result.data = rest
  return result
}

function toBreadcrumb(breadcrumb: Breadcrumb): Breadcrumb {
  const { timestamp, type, category, level, message, data } = breadcrumb
  const copy = data === undefined ? undefined : toJson(data, DATA_BOUNDS)
  return {
    timestamp: typeof timestamp === 'number' ? timestamp : Date.now() / 1000,
    ...(type === undefined ? {} : { type: nameOf(type) }),
    ...(category === undefined ? {} : { category: nameOf(category) }),
    ...(level === undefined ? {} : { level }),
    ...(message === undefined ? {} : { message: textOf(message, MAX_MESSAGE_CHARS) }),
    ...(isRecord(copy) ? { data: copy } : {}),
  }
}

function nameOf(name: unknown): string {
  return textOf(name, MAX_NAME_CHARS)
}

function textOf(value: unknown, maxChars: number): string {
  if (typeof value === 'string') return cut(value, maxChars)
  const json = toJson(value)
  return cut(typeof json === 'object' ? JSON.stringify(json) : String(json), maxChars)
}

function entriesOf<T>(values: Record<string, T>): [string, T][] {
  try {
    return Object.entries(values)
  } catch {
    // Not an object, or one that throws when it is looked at: there is nothing to take from it.
    return []
  }
}

function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
