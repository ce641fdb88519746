import { createRequire } from 'node:module'

/**
 * Whether this process is a worker of `node:cluster`. The module is loaded only where there is a
 * parent to talk to: it takes a millisecond, unless the process is such a worker.
 */
export function isClusterWorker(): boolean {
  return process.channel !== undefined && loadCluster().isWorker
}

export function loadCluster(): typeof import('node:cluster').default {
  // A module of Node's own is found from any place.
  return createRequire('/')('node:cluster')
}
