import { formatRelease } from '../format.ts'
import { Untrusted } from '../ui/untrusted.tsx'

/** The short name of a release, the whole one on pointing at it. */
export function ReleaseName({ release }: { release: string }) {
  return (
    <span title={release}>
      <Untrusted text={formatRelease(release)} />
    </span>
  )
}
