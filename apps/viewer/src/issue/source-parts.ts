/** A piece of a source line; `token` is Prism's name for what it is, absent for plain text. */
export type SourcePart = { text: string; token: string | undefined }

export function plainLines(lines: readonly string[]): SourcePart[][] {
  return lines.map((text) => [{ text, token: undefined }])
}

const LANGUAGE_OF_EXTENSION: Record<string, string> = {
  js: 'javascript',
  cjs: 'javascript',
  mjs: 'javascript',
  jsx: 'jsx',
  ts: 'typescript',
  cts: 'typescript',
  mts: 'typescript',
  tsx: 'tsx',
  py: 'python',
  rb: 'ruby',
  go: 'go',
  java: 'java',
  kt: 'kotlin',
  cs: 'csharp',
  rs: 'rust',
  swift: 'swift',
}
const LANGUAGE_OF_PLATFORM: Record<string, string> = {
  node: 'javascript',
  javascript: 'javascript',
  python: 'python',
  ruby: 'ruby',
  go: 'go',
  java: 'java',
  csharp: 'csharp',
  rust: 'rust',
  cocoa: 'swift',
}

export function languageOf(filename: string | null, platform: string | null): string | undefined {
  const extension = /\.([a-z]+)(?:[?#].*)?$/i.exec(filename ?? '')?.[1]?.toLowerCase() ?? ''
  return LANGUAGE_OF_EXTENSION[extension] ?? LANGUAGE_OF_PLATFORM[platform ?? '']
}
