import { type Dirent, existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { type ParseOptions, parse } from '@swc/core'

/** A file of ours, as far as the boundaries are concerned. */
export type SourceFile = {
  /** From the repository's root, with slashes. */
  path: string
  lines: number
  /** Paths from the root for files of ours, `node:…` for Node's modules, else the package's name. */
  imports: string[]
  exportsDefault: boolean
}

const FOLDERS = ['packages', 'apps', 'tests', 'bench', 'tools']
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'corpus', 'fixtures', 'migrations'])
const CODE = /\.[cm]?[jt]sx?$/
const COUNTED = /\.([cm]?[jt]sx?|css)$/

/** Reads all hand-written files below the root. Corpora, fixtures and migrations obey no rules. */
export async function readSourceTree(root: string): Promise<SourceFile[]> {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)))
  const paths = (await Promise.all(folders.map((folder) => listFiles(root, folder)))).flat()
  return Promise.all(paths.sort().map((path) => readSourceFile(root, path)))
}

async function listFiles(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  const nested = await Promise.all(entries.map((entry) => listEntry(root, folder, entry)))
  return nested.flat()
}

function listEntry(root: string, folder: string, entry: Dirent): Promise<string[]> | string[] {
  const path = `${folder}/${entry.name}`
  // What the tests of other languages install goes to `.installed…`.
  if (entry.name.startsWith('.install')) return []
  if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : listFiles(root, path)
  return COUNTED.test(entry.name) ? [path] : []
}

async function readSourceFile(root: string, path: string): Promise<SourceFile> {
  const source = await readFile(join(root, path), 'utf8')
  const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0)
  if (!CODE.test(path)) return { path, lines, imports: [], exportsDefault: false }
  const tree = await parse(source, syntaxOf(path)).catch((cause: unknown) => {
    throw new Error(`${path} cannot be parsed.`, { cause })
  })
  const found = { imports: new Set<string>(), exportsDefault: false }
  visit(tree, found)
  return {
    path,
    lines,
    imports: [...found.imports].map((name) => resolveImport(root, path, name)),
    exportsDefault: found.exportsDefault,
  }
}

function syntaxOf(path: string): ParseOptions {
  return /\.[cm]?tsx?$/.test(path)
    ? { syntax: 'typescript', tsx: path.endsWith('x'), decorators: true }
    : { syntax: 'ecmascript', jsx: path.endsWith('x') }
}

type Found = { imports: Set<string>; exportsDefault: boolean }

/** Every way to name another module, types included: `import`, `export from`, `import()`, `require`. */
function visit(node: unknown, found: Found): void {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, found)
    return
  }
  if (!isNode(node)) return
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      addText(node.source, found)
      break
    case 'CallExpression':
      if (isImportCall(node.callee)) addText(firstArgument(node.arguments), found)
      break
    case 'TsImportType':
      addText(node.argument, found)
      break
    case 'TsExternalModuleReference':
      addText(node.expression, found)
      break
    case 'ExportDefaultDeclaration':
    case 'ExportDefaultExpression':
      found.exportsDefault = true
      break
  }
  for (const child of Object.values(node)) visit(child, found)
}

type Node = Record<string, unknown> & { type?: unknown }

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null
}

function isImportCall(callee: unknown): boolean {
  return isNode(callee) && (callee.type === 'Import' || callee.value === 'require')
}

function firstArgument(list: unknown): unknown {
  const [first] = Array.isArray(list) ? list : []
  return isNode(first) ? first.expression : undefined
}

function addText(literal: unknown, found: Found): void {
  if (isNode(literal) && typeof literal.value === 'string') found.imports.add(literal.value)
}

function resolveImport(root: string, from: string, name: string): string {
  if (name.startsWith('.')) return posix.join(posix.dirname(from), name)
  const [scopeOrName = '', second = '', ...rest] = name.split('/')
  if (scopeOrName === '@mayday') {
    const home = existsSync(join(root, 'packages', second)) ? 'packages' : 'apps'
    return `${home}/${second}/src/${rest.length === 0 ? 'index' : rest.join('/')}.ts`
  }
  if (name.startsWith('node:')) return name
  return scopeOrName.startsWith('@') ? `${scopeOrName}/${second}` : scopeOrName
}
