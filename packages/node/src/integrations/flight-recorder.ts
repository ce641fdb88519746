import type { Integration } from '../client.ts'
import { isClusterWorker } from '../flight-recorder/cluster-worker.ts'
import { armFatalReport } from '../flight-recorder/fatal-report.ts'
import { FlightRecorder } from '../flight-recorder/flight-recorder.ts'
import { runFileName } from '../flight-recorder/run-file.ts'
import { runFolder } from '../flight-recorder/run-folder.ts'

/**
 * Leaves on disk what the process is doing, and has Node leave a report when it runs out of memory.
 * A process that ends in an orderly way takes that away again; of one that does not, the next one
 * tells, by `previous-run.ts`.
 */
export const flightRecorderIntegration: Integration = {
  name: 'flight-recorder',
  install(client) {
    const folder = runFolder(client.options)
    if (folder === undefined) return () => undefined
    const startedAtMs = Date.now()
    const recorder = new FlightRecorder(client, folder, startedAtMs)
    const disarm = armFatalReport(folder, runFileName('report', process.pid, startedAtMs))
    // A parent that watches (cluster) could not tell an orderly end from one without the SDK.
    const onExit = () => recorder.end(isClusterWorker())
    process.on('exit', onExit)
    client.onOrderlyDeath = onExit
    return () => {
      process.off('exit', onExit)
      client.onOrderlyDeath = undefined
      disarm()
      recorder.end(false)
    }
  },
}
