/** The DSN that an SDK is given: the public address with the key in front and the project behind. */
export function dsnOf(url: string, publicKey: string, projectId: number): string {
  const dsn = new URL(url)
  dsn.username = publicKey
  dsn.pathname = `${dsn.pathname.replace(/\/+$/, '')}/${projectId}`
  return dsn.href
}
