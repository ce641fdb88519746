import type { ApiFrame } from '@mayday/protocol/api/events'

export type FrameGroup =
  | { kind: 'frame'; frame: ApiFrame; key: number }
  | { kind: 'fold'; frames: ApiFrame[]; label: string; key: number }

const NAMED_ORIGINS = 3

/**
 * The frames as shown, the failing one first: runs of library frames become one line. When nothing
 * is in-app all frames are shown, since folding everything would show nothing.
 */
export function foldFrames(oldestFirst: readonly ApiFrame[]): FrameGroup[] {
  const frames = oldestFirst.toReversed()
  const folds = frames.some((frame) => frame.inApp)
  const groups: FrameGroup[] = []
  frames.forEach((frame, key) => {
    const last = groups.at(-1)
    if (frame.inApp || !folds) groups.push({ kind: 'frame', frame, key })
    else if (last?.kind === 'fold') last.frames.push(frame)
    else groups.push({ kind: 'fold', frames: [frame], label: '', key })
  })
  for (const group of groups) if (group.kind === 'fold') group.label = foldLabel(group.frames)
  return groups
}

/** `29 frames in express, router, node:internal`. */
function foldLabel(frames: ApiFrame[]): string {
  const counts = new Map<string, number>()
  for (const frame of frames) {
    const origin = frameOrigin(frame)
    if (origin !== undefined) counts.set(origin, (counts.get(origin) ?? 0) + 1)
  }
  const origins = [...counts].sort((a, b) => b[1] - a[1]).map(([origin]) => origin)
  const named = origins.slice(0, NAMED_ORIGINS).join(', ')
  const more = origins.length > NAMED_ORIGINS ? ' and more' : ''
  const count = frames.length === 1 ? '1 frame' : `${frames.length} frames`
  return named === '' ? `${count} outside the app` : `${count} in ${named}${more}`
}

/** The library a frame is in: the package of a `node_modules` path, `node:internal`, a module's root. */
export function frameOrigin(frame: ApiFrame): string | undefined {
  const file = (frame.filename ?? frame.absPath ?? '').replaceAll('\\', '/')
  const inModules = file.lastIndexOf('node_modules/')
  if (inModules !== -1) return packageOf(file.slice(inModules + 'node_modules/'.length))
  if (file.startsWith('node:internal')) return 'node:internal'
  if (file.startsWith('node:')) return file.split('/')[0]
  const inSitePackages = /(?:site|dist)-packages\/([^/]+)/.exec(file)
  if (inSitePackages) return inSitePackages[1]
  if (frame.package !== null && frame.package !== '') return frame.package.split(/[\\/]/).at(-1)
  if (frame.module !== null && frame.module !== '') return moduleRoot(frame.module)
  return undefined
}

function packageOf(inModules: string): string | undefined {
  const [first, second] = inModules.split('/')
  // pnpm keeps packages in `.pnpm/name@version/node_modules/name`; the last node_modules is right.
  return first?.startsWith('@') && second !== undefined ? `${first}/${second}` : first
}

/** `django.core.handlers` is django; `org.springframework.web` is org.springframework. */
function moduleRoot(module: string): string | undefined {
  const parts = module.split(/[./:\\]/).filter((part) => part !== '')
  return /^(com|org|net|io|java|javax|kotlin)$/.test(parts[0] ?? '') && parts.length > 2
    ? parts.slice(0, 2).join('.')
    : parts[0]
}
