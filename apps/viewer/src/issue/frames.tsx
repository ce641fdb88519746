import type { ApiFrame } from '@mayday/protocol/api/events'
import { useState } from 'react'
import { Untrusted } from '../ui/untrusted.tsx'
import { foldFrames } from './fold-frames.ts'
import { framePlace } from './raw-stack-trace.ts'
import { SourceLines } from './source-lines.tsx'
import { valueText } from './value-text.ts'

type ListProps = { frames: ApiFrame[]; platform: string; opensFirst: boolean; folds: boolean }

/** Frames with the failing one first; the first that the app is to blame for stands open. */
export function FrameList({ frames, platform, opensFirst, folds }: ListProps) {
  const newestFirst = frames.toReversed()
  const open = opensFirst ? (newestFirst.find((frame) => frame.inApp) ?? newestFirst[0]) : undefined
  const one = (frame: ApiFrame, key: number) => (
    <FrameRow key={key} frame={frame} platform={platform} startsOpen={frame === open} />
  )
  if (!folds) return newestFirst.map(one)
  return foldFrames(frames).map((group) =>
    group.kind === 'frame' ? (
      one(group.frame, group.key)
    ) : (
      <Fold key={group.key} label={group.label} frames={group.frames} platform={platform} />
    ),
  )
}

type FoldProps = { label: string; frames: ApiFrame[]; platform: string }

function Fold({ label, frames, platform }: FoldProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true">{open ? '▾' : '▸'}</span> <Untrusted text={label} />
      </button>
      {open &&
        frames.map((frame, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: frames never change their order
          <FrameRow key={index} frame={frame} platform={platform} startsOpen={false} />
        ))}
    </>
  )
}

type RowProps = { frame: ApiFrame; platform: string; startsOpen: boolean }

function FrameRow({ frame, platform, startsOpen }: RowProps) {
  const [open, setOpen] = useState(startsOpen)
  const vars = Object.entries(frame.vars ?? {})
  const hasMore = frame.context.length > 0 || vars.length > 0
  const head = (
    <>
      <span className="fn">
        <Untrusted text={frame.function ?? '<anonymous>'} />
      </span>
      <span className="at">
        <Untrusted text={framePlace(frame)} />
      </span>
      {frame.data?.sourcemap !== undefined && <span className="chip">source map</span>}
    </>
  )
  return (
    <div className={frame.inApp ? 'fr' : 'fr lib'}>
      {hasMore ? (
        <button type="button" className="h" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="tri" aria-hidden="true">
            {open ? '▾' : '▸'}
          </span>
          {head}
        </button>
      ) : (
        <div className="h">
          <span className="tri" />
          {head}
        </div>
      )}
      {open && frame.context.length > 0 && <SourceLines frame={frame} platform={platform} />}
      {open && vars.length > 0 && (
        <dl className="vars">
          {vars.map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>
                <Untrusted text={name} />
              </dt>
              <dd>
                <Untrusted text={valueText(value)} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
