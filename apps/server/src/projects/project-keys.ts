import { setTimeout as pause } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { type Database, sql } from '../db/sql.ts'
import type { KnownKey } from './known-key.ts'
import { readSnapshot, writeSnapshot } from './project-keys-snapshot.ts'

/** Where the keys really are. */
export type KeySource = {
  /** The newest keys, at most so many. */
  newest(limit: number): Promise<KnownKey[]>
  byPublicKeys(publicKeys: string[]): Promise<KnownKey[]>
  /** Notes that these keys, by row id, were used now. */
  touch(ids: number[]): Promise<void>
}

export type FoundKey = KnownKey | 'unknown' | 'unavailable'

const MAX_KEYS = 20_000
const MAX_UNKNOWN = 20_000
/** A key is looked up again in the background when it is used and older than this. */
const FRESH_MS = 5_000
/** Older than this it is looked up before it is used, unless the database does not answer. */
const STALE_MS = 60_000
const UNKNOWN_MS = 10_000
const LOOKUP_MS = 2_000
/** After a failed lookup nobody waits for another one for so long. */
const RETRY_MS = 2_000
/** A flood of wrong keys shares statements: so many milliseconds lie between two. */
const LOOKUP_GAP_MS = 200
const TOUCH_MS = 60_000
const SAVE_MS = 2_000

type Entry = { key: KnownKey; checkedAtMs: number; touchedAtMs: number }

/**
 * Project keys in memory, for intake. A database that is away or frozen makes answers older, never
 * slower than a deadline; a file keeps them over a restart without it.
 */
export class ProjectKeys {
  readonly #source: KeySource
  readonly #snapshotFile: string
  readonly #now: () => number
  readonly #known = new LRUCache<string, Entry>({ max: MAX_KEYS })
  /** By project and key: a wrong key for a project must not stand in the way of its right one. */
  readonly #unknown = new LRUCache<string, number>({ max: MAX_UNKNOWN })
  readonly #wanted = new Set<string>()
  #lookup: Promise<boolean> | undefined
  #nextLookupAtMs = Number.NEGATIVE_INFINITY
  #failedAtMs = Number.NEGATIVE_INFINITY
  /** Statements that got no answer in time; as long as there is one, no other connection is taken. */
  #overdue = 0
  readonly #toTouch = new Set<number>()
  #isChanged = false
  #saveTimer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(source: KeySource, snapshotFile: string, now: () => number) {
    this.#source = source
    this.#snapshotFile = snapshotFile
    this.#now = now
  }

  /** Never waits for the database longer than a moment; reads the file where it does not answer. */
  static async open(options: {
    source: KeySource
    snapshotFile: string
    /** Milliseconds from any moment on; only for tests. */
    now?: () => number
  }): Promise<ProjectKeys> {
    const now = options.now ?? (() => performance.now())
    const keys = new ProjectKeys(options.source, options.snapshotFile, now)
    for (const key of await readSnapshot(options.snapshotFile)) {
      keys.#remember(key, Number.NEGATIVE_INFINITY)
    }
    await keys.#ask(
      () => options.source.newest(MAX_KEYS),
      (found) => {
        for (const key of found.reverse()) keys.#remember(key, now())
      },
    )
    if (keys.#isChanged) keys.#saveSoon()
    return keys
  }

  /**
   * The key as it was at most a minute ago, older only while the database does not answer.
   * `unavailable`: the key is not known here, and the database cannot be asked.
   */
  async find(projectId: number, publicKey: string): Promise<FoundKey> {
    const entry = this.#known.get(publicKey)
    const ageMs = entry === undefined ? Number.POSITIVE_INFINITY : this.#now() - entry.checkedAtMs
    if (entry !== undefined && ageMs < STALE_MS) {
      if (ageMs > FRESH_MS) void this.#lookUp(publicKey)
      return this.#use(entry, projectId)
    }
    const unknownUntilMs = this.#unknown.get(`${projectId}:${publicKey}`)
    if (unknownUntilMs !== undefined && this.#now() < unknownUntilMs) return 'unknown'

    const isAnswered = await this.#lookUp(publicKey)
    const found = this.#known.get(publicKey)
    if (found !== undefined) return this.#use(found, projectId)
    if (!isAnswered) return 'unavailable'
    this.#unknown.set(`${projectId}:${publicKey}`, this.#now() + UNKNOWN_MS)
    return 'unknown'
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#saveTimer)
    await this.#save()
  }

  #use(entry: Entry, projectId: number): KnownKey | 'unknown' {
    if (entry.key.projectId !== projectId) return 'unknown'
    if (this.#now() - entry.touchedAtMs > TOUCH_MS) {
      entry.touchedAtMs = this.#now()
      this.#toTouch.add(entry.key.id)
      this.#saveSoon()
    }
    return entry.key
  }

  #remember(key: KnownKey, checkedAtMs: number): void {
    const known = this.#known.peek(key.publicKey)
    this.#isChanged ||= JSON.stringify(known?.key) !== JSON.stringify(key)
    const touchedAtMs = known?.touchedAtMs ?? Number.NEGATIVE_INFINITY
    this.#known.set(key.publicKey, { key, checkedAtMs, touchedAtMs })
  }

  /** False when the database gave no answer in time. All who come meanwhile share one statement. */
  async #lookUp(publicKey: string): Promise<boolean> {
    if (this.#now() - this.#failedAtMs < RETRY_MS) return false
    this.#wanted.add(publicKey)
    // One that was sent before knew nothing of this key, so then the next one is waited for.
    while (this.#wanted.has(publicKey)) {
      this.#lookup ??= this.#lookUpWanted().finally(() => {
        this.#lookup = undefined
      })
      if (!(await this.#lookup)) return false
    }
    return true
  }

  async #lookUpWanted(): Promise<boolean> {
    const waitMs = this.#nextLookupAtMs - performance.now()
    if (waitMs > 0) await pause(waitMs)
    this.#nextLookupAtMs = performance.now() + LOOKUP_GAP_MS
    const wanted = [...this.#wanted]
    this.#wanted.clear()
    return this.#ask(
      () => this.#source.byPublicKeys(wanted),
      (found) => {
        const byKey = new Map(found.map((key) => [key.publicKey, key]))
        for (const publicKey of wanted) {
          const key = byKey.get(publicKey)
          if (key !== undefined) this.#remember(key, this.#now())
          else if (this.#known.delete(publicKey)) this.#isChanged = true
        }
        if (this.#isChanged) this.#saveSoon()
      },
    )
  }

  async #ask<Answer>(
    send: () => Promise<Answer>,
    take: (answer: Answer) => void,
  ): Promise<boolean> {
    if (this.#overdue > 0) return this.#failed()
    const answered = send()
    const late = new AbortController()
    try {
      const answer = await Promise.race([
        answered.then((answer) => ({ answer })),
        pause(LOOKUP_MS, undefined, { signal: late.signal }),
      ])
      if (answer === undefined) {
        this.#overdue++
        const settled = () => this.#overdue--
        // It came too late for anyone to hear what it says, or that it failed.
        answered.then(settled, settled)
        return this.#failed()
      }
      take(answer.answer)
      return true
    } catch {
      // Away: what is known stays valid, and who asks for another key is told so.
      return this.#failed()
    } finally {
      late.abort()
    }
  }

  #failed(): false {
    this.#failedAtMs = this.#now()
    return false
  }

  #saveSoon(): void {
    if (this.#isClosed) return
    this.#saveTimer ??= setTimeout(() => {
      this.#saveTimer = undefined
      void this.#save()
    }, SAVE_MS).unref()
  }

  async #save(): Promise<void> {
    if (this.#isChanged) {
      this.#isChanged = false
      await writeSnapshot(
        this.#snapshotFile,
        [...this.#known.values()].map(({ key }) => key),
      )
    }
    const ids = [...this.#toTouch]
    if (ids.length === 0) return
    this.#toTouch.clear()
    const isNoted = await this.#ask(
      () => this.#source.touch(ids),
      () => {},
    )
    if (!isNoted) for (const id of ids) this.#toTouch.add(id)
  }
}

const COLUMNS = `id, project_id, public_key, is_active, rate_limit_window, rate_limit_count`

type KeyRow = {
  id: number
  project_id: number
  public_key: string
  is_active: boolean
  rate_limit_window: number | null
  rate_limit_count: number | null
}

export function keysInDatabase(database: Database): KeySource {
  const select = async (rest: string, parameters: unknown[]) => {
    const rows = await sql<KeyRow>(
      database,
      `select ${COLUMNS} from project_key ${rest}`,
      parameters,
    )
    return rows.map(toKnownKey)
  }
  return {
    newest: (limit) => select('order by id desc limit $1', [limit]),
    byPublicKeys: (publicKeys) => select('where public_key = any($1)', [publicKeys]),
    async touch(ids) {
      // Whoever has a key locked is changing or deleting it; its use is noted a minute later.
      await sql(
        database,
        `update project_key set last_used_at = now() where id in
          (select id from project_key where id = any($1) order by id for no key update skip locked)`,
        [ids],
      )
    },
  }
}

function toKnownKey(row: KeyRow): KnownKey {
  const { rate_limit_window: windowSeconds, rate_limit_count: count } = row
  return {
    id: row.id,
    projectId: row.project_id,
    publicKey: row.public_key,
    isActive: row.is_active,
    rateLimit: windowSeconds === null || count === null ? null : { windowSeconds, count },
  }
}
