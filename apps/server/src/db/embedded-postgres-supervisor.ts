import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from './embedded-postgres-cluster.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { clearRemains } from './embedded-postgres-remains.ts'

const POLL_MS = 20
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** After this long it counts as healthy, and the next pause is short again. */
const HEALTHY_MS = 60_000
const RECOVERY_NOTICE_MS = 5_000
const STOP_STEPS: [NodeJS.Signals, number][] = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
]
const KEPT_OUTPUT_CHARACTERS = 4_000
/**
 * Reads the number of the running postmaster, line by line; when its input ends, which it does
 * however this process dies, asks the last one for a fast shutdown and removes the socket's folder.
 * A shell, since a second Node would take 40 MB to wait.
 */
const WATCHDOG = `
pid=; while read -r next; do pid=$next; done
[ -n "$pid" ] || exit
kill -INT "$pid"
for i in 1 2 3 4 5 6 7 8 9; do kill -0 "$pid" 2>/dev/null || break; sleep 1; done
rmdir "$1"`

type Options = {
  program: string
  parameters: string[]
  folder: string
  socketDir: string
  spawn: SpawnOptions
  log: (line: string) => void
}

/** Keeps one PostgreSQL running: starts it again when it dies, ends it when this process dies. */
export class Supervisor {
  readonly #options: Options
  #child: ChildProcess | undefined
  #watchdog: ChildProcess | undefined
  #isStopping = false
  #pauseMs = FIRST_PAUSE_MS

  constructor(options: Options) {
    this.#options = options
  }

  /** Resolves when it accepts connections. @throws EmbeddedPostgresError when it ends before that */
  async start(): Promise<void> {
    this.#startWatchdog()
    await this.#launch()
  }

  /** A fast shutdown; a harder one when it does not end in time. */
  async stop(): Promise<void> {
    this.#isStopping = true
    const child = this.#child
    for (const [signal, waitMs] of STOP_STEPS) {
      if (!child || hasEnded(child)) break
      child.ref()
      child.kill(signal)
      await endOrTimeout(child, waitMs)
    }
    this.#tellWatchdog('')
    this.#watchdog?.stdin?.end()
  }

  async #launch(): Promise<void> {
    const { program, parameters, folder, log } = this.#options
    // In a session of its own, so that Ctrl-C in a terminal reaches only Mayday, which then stops it.
    const child = spawn(program, parameters, {
      ...this.#options.spawn,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    let output = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT_CHARACTERS)
    })
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, signal) => resolve(reasonOf(output) ?? signal ?? `code ${code}`))
    })
    this.#tellWatchdog(String(child.pid ?? ''))
    const noticeAt = Date.now() + RECOVERY_NOTICE_MS
    let isNoticed = false
    for (;;) {
      const reason = await Promise.race([ended, sleep(POLL_MS)])
      if (reason !== undefined) {
        this.#tellWatchdog('')
        throw new EmbeddedPostgresError(`PostgreSQL does not start on ${folder}: ${reason}`)
      }
      if (isReady(folder, child.pid)) break
      if (!isNoticed && Date.now() > noticeAt)
        log('The database repairs itself after a crash; wait')
      isNoticed ||= Date.now() > noticeAt
    }
    child.unref()
    ;(child.stderr as unknown as { unref(): void }).unref()
    const startedAt = Date.now()
    void ended.then(() => {
      if (Date.now() - startedAt > HEALTHY_MS) this.#pauseMs = FIRST_PAUSE_MS
      return this.#restart(child.signalCode ?? `code ${child.exitCode}`)
    })
  }

  async #restart(reason: string): Promise<void> {
    this.#tellWatchdog('')
    if (this.#isStopping) return
    this.#options.log(`PostgreSQL ended (${reason}); starting it again`)
    while (!this.#isStopping) {
      await sleep(this.#pauseMs)
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
      if (this.#isStopping) return
      try {
        await clearRemains(this.#options.folder, this.#options.log)
        if (this.#isStopping) return
        await this.#launch()
        this.#options.log('PostgreSQL runs again')
        return
      } catch (error) {
        this.#options.log((error as Error).message)
      }
    }
  }

  #startWatchdog(): void {
    const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', this.#options.socketDir], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.#watchdog = watchdog
    watchdog.on('error', () => this.#options.log('PostgreSQL is not watched: there is no /bin/sh'))
    watchdog.stdin?.on('error', () => {
      // It was killed; its successor is started below.
    })
    watchdog.once('exit', () => {
      if (this.#isStopping) return
      this.#startWatchdog()
      this.#tellWatchdog(String(this.#child?.pid ?? ''))
    })
    watchdog.unref()
    ;(watchdog.stdin as unknown as { unref(): void }).unref()
  }

  #tellWatchdog(pid: string): void {
    this.#watchdog?.stdin?.write(`${pid}\n`)
  }
}

async function endOrTimeout(child: ChildProcess, waitMs: number): Promise<void> {
  const timer = new AbortController()
  const timeout = sleep(waitMs, undefined, { signal: timer.signal }).catch(() => {
    // The child ended first.
  })
  await Promise.race([once(child, 'exit'), timeout])
  timer.abort()
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

/** As `pg_ctl` does it: the eighth line of the pid file tells the state. */
function isReady(folder: string, pid: number | undefined): boolean {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return false
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines[0] === String(pid) && lines[7]?.startsWith('ready') === true
}
