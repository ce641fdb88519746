/**
 * Whether this is no worker thread. Not asked of `node:worker_threads`, which takes a millisecond and
 * a megabyte to load: in a worker Node marks the functions that cannot be used there.
 */
export function isMainThread(): boolean {
  return (process.abort as { disabled?: boolean }).disabled !== true
}
