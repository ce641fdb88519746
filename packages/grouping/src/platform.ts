/** JavaScript, wherever it runs: names and files come out of builds there. */
export function isScript(platform: string): boolean {
  return platform === 'node' || platform === 'javascript'
}
