import { url } from 'node:inspector'
import { Worker } from 'node:worker_threads'
import type { Client, Integration } from '../client.ts'
import { keepVariables } from '../frame-variables.ts'
import { isMainThread } from '../main-thread.ts'

const MAX_FRAMES = 5
/**
 * V8 takes some rejections of optimised code for uncaught though an `await` catches them, and each
 * pause takes some tenth of a millisecond. After so many in a second there are none for a while.
 */
const MAX_PAUSES_PER_SECOND = 10
const REST_MS = 30_000

/** Where the other thread finds {@link keepVariables} while this one stands still. */
const KEEP = Symbol.for('mayday.keepVariables')

/** Longest wait for the thread when the process ends; it takes a millisecond. */
const MAX_WAIT_MS = 100

/** `isOff` becomes 1 when the thread has let go of this one. */
type Input = { maxFrames: number; maxPauses: number; restMs: number; isOff: Int32Array }

/**
 * Keeps the variables of the program's own frames when an exception is thrown that nobody catches,
 * if the option `includeLocalVariables` is on. A thread of its own, of some 15 MB, is told by V8's
 * debugger, since a thread cannot look at itself while it throws. No port is opened, exceptions that
 * are caught are not stopped at, and with a debugger attached this is off.
 */
export const localVariablesIntegration: Integration = {
  name: 'local-variables',
  install(client) {
    if (!client.options.includeLocalVariables) return () => undefined
    if (!isMainThread() || url() !== undefined) {
      client.log('local variables are off: only in the main thread, and without a debugger')
      return () => undefined
    }
    const globals = globalThis as Record<symbol, unknown>
    globals[KEEP] = keepUnlessDebugged
    const isOff = new Int32Array(new SharedArrayBuffer(4))
    const worker = startWorker(client, isOff)
    // Else Node says on stderr that it waits for a debugger.
    const onExit = () => {
      worker.postMessage('off')
      Atomics.wait(isOff, 0, 0, MAX_WAIT_MS)
    }
    process.on('exit', onExit)
    return () => {
      process.off('exit', onExit)
      delete globals[KEEP]
      void worker.terminate()
    }
  },
}

/** @returns whether to go on */
function keepUnlessDebugged(...args: Parameters<typeof keepVariables>): boolean {
  if (url() !== undefined) return false
  try {
    keepVariables(...args)
  } catch {
    // Variables that cannot be looked at; the exception itself is told anyway.
  }
  return true
}

function startWorker(client: Client, isOff: Int32Array): Worker {
  const workerData: Input = {
    maxFrames: MAX_FRAMES,
    maxPauses: MAX_PAUSES_PER_SECOND,
    restMs: REST_MS,
    isOff,
  }
  const worker = new Worker(`(${watch.toString()})(require)`, {
    eval: true,
    workerData,
    execArgv: [],
    env: {},
    stdout: true,
    stderr: true,
  })
  worker.on('message', () => client.log('local variables are watched'))
  worker.on('error', (error) => client.log(`local variables are off: ${String(error)}`))
  worker.unref()
  return worker
}

/** Runs in the worker from its own source text, so it may use nothing from outside itself. */
function watch(load: NodeJS.Require): void {
  const { Session } = load('node:inspector') as typeof import('node:inspector')
  const threads = load('node:worker_threads') as typeof import('node:worker_threads')
  const { maxFrames, maxPauses, restMs, isOff } = threads.workerData as Input
  const session = new Session()
  let pauses = 0
  // Call frames name the script by number alone. Code made by `eval` has no name.
  const urls = new Map<string, string>()
  session.connectToMainThread()
  session.on('Debugger.scriptParsed', ({ params }) => {
    if (params.url !== '') urls.set(params.scriptId, params.url)
  })
  session.on('Debugger.paused', ({ params }) => {
    try {
      if (++pauses > maxPauses) rest()
      else for (const frame of ownFrames(params.callFrames)) keep(frame, params.data)
    } finally {
      session.post('Debugger.resume')
    }
  })
  session.post('Debugger.enable')
  pauseOn('uncaught')
  setInterval(() => {
    pauses = 0
  }, 1000)

  threads.parentPort?.once('message', letGo)
  threads.parentPort?.postMessage('watching')

  function letGo(): void {
    session.disconnect()
    Atomics.store(isOff, 0, 1)
    Atomics.notify(isOff, 0)
    process.exit()
  }

  function pauseOn(state: 'uncaught' | 'none'): void {
    session.post('Debugger.setPauseOnExceptions', { state })
  }

  function rest(): void {
    pauseOn('none')
    setTimeout(() => pauseOn('uncaught'), restMs)
  }

  type CallFrame = import('node:inspector').Debugger.CallFrame

  function ownFrames(frames: CallFrame[]): CallFrame[] {
    const isOwn = (frame: CallFrame) => {
      const url = urlOf(frame)
      return url !== undefined && !/^node:|[\\/]node_modules[\\/]/.test(url)
    }
    return frames.slice(0, 50).filter(isOwn).slice(0, maxFrames)
  }

  function urlOf({ location }: CallFrame): string | undefined {
    return urls.get(location.scriptId)
  }

  function keep(frame: CallFrame, error: object | undefined): void {
    const { scopeChain, functionName } = frame
    const { objectId } = (error ?? {}) as { objectId?: string }
    const last = scopeChain.findIndex(({ type }) => type === 'local')
    const scopes = scopeChain.slice(0, last + 1).map(({ object }) => object.objectId)
    const [own] = scopes
    if (objectId === undefined || own === undefined) return
    session.post(
      'Runtime.callFunctionOn',
      {
        objectId: own,
        functionDeclaration: `function (error, functionName, url, ...scopes) {
          const keep = globalThis[Symbol.for('mayday.keepVariables')]
          return keep?.(error, scopes, functionName, url)
        }`,
        arguments: [
          { objectId },
          { value: functionName },
          { value: urlOf(frame) },
          ...scopes.map((id) => ({ objectId: id as string })),
        ],
        returnByValue: true,
        silent: true,
      },
      (_failure, answer) => {
        if (answer?.result.value === false) letGo()
      },
    )
  }
}
