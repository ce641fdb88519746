/** Why the embedded PostgreSQL cannot run; the message is one line that says what would help. */
export class EmbeddedPostgresError extends Error {}

/** The same for a failed file operation, with the system's reason at the end. */
export function folderError(action: string, error: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(`${action}: ${reasonOfFileError(error)}`, { cause: error })
}

/** What a person calls it, or the system's own code. */
export function reasonOfFileError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return (code && REASONS[code]) ?? code ?? message
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of that path is a file',
  EEXIST: 'a file of that name is in the way',
  ENOENT: 'it is not there',
}
