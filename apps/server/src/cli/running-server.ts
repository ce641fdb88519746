import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, loadConfig } from '../config.ts'
import { startTimeOf } from '../db/embedded-postgres-processes.ts'

/** What the other commands must know of the server that runs on the same data folder. */
export type RunningServer = {
  pid: number
  started: string
  /** Public address. */
  url: string
  /** Address on this machine, for health checks. */
  localUrl: string
}

export function announceServer(dataDir: string, addresses: { url: string; localUrl: string }) {
  const server: RunningServer = {
    pid: process.pid,
    started: startTimeOf(process.pid) ?? '',
    ...addresses,
  }
  const draft = `${fileIn(dataDir)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(server)}\n`, { mode: 0o600 })
  renameSync(draft, fileIn(dataDir))
}

export function withdrawServer(dataDir: string): void {
  if (findRunningServer(dataDir)?.pid === process.pid) rmSync(fileIn(dataDir), { force: true })
}

/** Undefined when none runs, also after one was killed and left its file. */
export function findRunningServer(dataDir: string): RunningServer | undefined {
  try {
    const server = JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as RunningServer
    return startTimeOf(server.pid) === server.started ? server : undefined
  } catch {
    // No file, or not ours to read: then the settings alone must do.
    return undefined
  }
}

/**
 * Settings for a command: as for the server, but with the address of the one that runs, which may
 * have been given another port. Only a public address that the caller's environment names wins.
 */
export function loadCommandConfig(env = process.env): Config {
  const config = loadConfig(env)
  if (env.MAYDAY_URL) return config
  const running = findRunningServer(config.dataDir)
  return running ? { ...config, url: running.url } : config
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'server.json')
}
