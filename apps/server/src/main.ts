import { runCli } from './cli/run.ts'

// Set, not exited with: output that waits in a pipe is still written.
process.exitCode = await runCli(process.argv.slice(2))
