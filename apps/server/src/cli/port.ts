import { createServer } from 'node:net'
import { CommandError } from './command.ts'

/**
 * Makes sure that the port can be had, before anything else is started; 0 gives any free one.
 * @throws CommandError naming port and setting
 */
export async function reservePort(port: number, host: string): Promise<number> {
  const server = createServer()
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host, exclusive: true }, () => {
        resolve((server.address() as { port: number }).port)
      })
    })
  } catch (error) {
    throw listenError(error, port, host)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

/** One line for the ways in which listening fails. */
export function listenError(error: unknown, port: number, host: string): CommandError {
  const { code, message } = error as NodeJS.ErrnoException
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use by another program; set PORT to a free one`,
    EACCES: `may not listen on port ${port}; set PORT to one above 1023`,
    EADDRNOTAVAIL: `HOST is "${host}", which is no address of this machine`,
    ENOTFOUND: `HOST is "${host}", which has no address`,
  }
  return new CommandError(
    (code && reasons[code]) ?? `cannot listen on ${host} port ${port}: ${message}`,
    { cause: error },
  )
}
