import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * When a process started, as the system counts it, or undefined when no such process runs. Together
 * with its number this names one process for good: numbers are given out again, and a killed process
 * that nobody has waited for (a zombie) still answers `kill(pid, 0)`.
 */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const [state, ...started] = ps(['-o', 'stat=,lstart=', '-p', String(pid)])
      .trim()
      .split(/\s+/)
    return state && !state.startsWith('Z') ? started.join(' ') : undefined
  }
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The second field is the name in brackets and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

/**
 * Every PostgreSQL process that works on the folder: postmaster and its children, also when the
 * folder was deleted under them. (`ps` is missing in slim images, so Linux is asked by /proc.)
 */
export function postgresProcesses(folder: string): number[] {
  if (process.platform !== 'linux') {
    return ps(['-axo', 'pid=,stat=,command='])
      .split('\n')
      .map((line) => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
      .filter((match) => match && !match[2]?.startsWith('Z') && match[3]?.includes(`-D ${folder} `))
      .map((match) => Number(match?.[1]))
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readText(`/proc/${pid}/comm`) === 'postgres\n')
    .filter((pid) => [folder, `${folder} (deleted)`].includes(workingFolder(pid) ?? ''))
    .map(Number)
    .filter((pid) => startTimeOf(pid) !== undefined)
}

function workingFolder(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    // Gone since it was listed, or another user's: not one that we could have started.
    return undefined
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The process is gone.
    return undefined
  }
}

function ps(parameters: string[]): string {
  return spawnSync('ps', parameters, { encoding: 'utf8' }).stdout ?? ''
}
