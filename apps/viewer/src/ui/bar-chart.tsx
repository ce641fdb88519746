import { type PointerEvent, useLayoutEffect, useRef, useState } from 'react'
import { formatCount, formatDateTime, formatTime } from '../format.ts'
import { type Bucket, toBuckets } from './series.ts'
import './bar-chart.css'

export type Mark = { atMs: number; label: string }
type Props = {
  series: [number, number][]
  marks: Mark[]
  label: string
  height: number
  /** Only the first and the last moment are named below the bars. */
  compact?: boolean
}

const PAD_X = 14
const PAD_TOP = 20
const PAD_BOTTOM = 22
const MAX_BARS = 96
const MAX_BAR_WIDTH = 26
const MARK_LABEL_WIDTH = 76

/**
 * Events over time. The bars are for the eye; an invisible slider above them carries the same
 * numbers for the keyboard and for screen readers.
 */
export function BarChart({ series, marks, label, height, compact = false }: Props) {
  const [box, width] = useWidth()
  const [at, setAt] = useState<number | undefined>()
  const buckets = toBuckets(series, MAX_BARS)
  const inner = Math.max(0, width - 2 * PAD_X)
  const step = inner / Math.max(1, buckets.length)
  const point = (event: PointerEvent) => {
    const left = event.currentTarget.getBoundingClientRect().left
    const index = Math.floor((event.clientX - left - PAD_X) / step)
    setAt(buckets[index] === undefined ? undefined : index)
  }
  const current = at === undefined ? undefined : buckets[at]
  return (
    <div className="chart" ref={box} onPointerMove={point} onPointerLeave={() => setAt(undefined)}>
      <svg width={width} height={height} aria-hidden="true">
        <Bars buckets={buckets} step={step} height={height} at={at} />
        <Marks marks={marks} buckets={buckets} width={width} height={height} />
        <Axis buckets={buckets} width={width} height={height} compact={compact} />
      </svg>
      <input
        type="range"
        min={0}
        max={Math.max(0, buckets.length - 1)}
        value={at ?? Math.max(0, buckets.length - 1)}
        aria-label={label}
        aria-valuetext={sayBucket(buckets[at ?? buckets.length - 1])}
        onChange={(event) => setAt(Number(event.target.value))}
        onFocus={() => setAt((before) => before ?? buckets.length - 1)}
        onBlur={() => setAt(undefined)}
      />
      {current && at !== undefined && (
        <div className="tip" style={{ left: tipLeft(PAD_X + (at + 0.5) * step, width) }}>
          {sayBucket(current)}
        </div>
      )}
    </div>
  )
}

type BarsProps = { buckets: Bucket[]; step: number; height: number; at: number | undefined }

function Bars({ buckets, step, height, at }: BarsProps) {
  const most = Math.max(1, ...buckets.map((bucket) => bucket.count))
  const room = height - PAD_TOP - PAD_BOTTOM
  const width = Math.min(MAX_BAR_WIDTH, Math.max(1, step * 0.76))
  return buckets.map((bucket, index) => {
    const tall = bucket.count === 0 ? 1 : Math.max(3, (bucket.count / most) * room)
    const look = bucket.count === 0 ? 'none' : bucket.hot ? 'hot' : ''
    return (
      <rect
        key={bucket.atMs}
        className={index === at ? 'at' : look}
        x={PAD_X + index * step + (step - width) / 2}
        y={height - PAD_BOTTOM - tall}
        width={width}
        height={tall}
        rx={1.5}
      />
    )
  })
}

type SceneProps = { buckets: Bucket[]; width: number; height: number }

function Marks({ marks, buckets, width, height }: SceneProps & { marks: Mark[] }) {
  const [fromMs, toMs] = span(buckets)
  const shown = marks
    .filter((mark) => mark.atMs >= fromMs && mark.atMs <= toMs)
    .sort((a, b) => a.atMs - b.atMs)
  let labelEnd = Number.NEGATIVE_INFINITY
  return shown.map((mark) => {
    const x = PAD_X + ((mark.atMs - fromMs) / (toMs - fromMs)) * (width - 2 * PAD_X)
    const flips = x + MARK_LABEL_WIDTH > width
    const start = flips ? x - MARK_LABEL_WIDTH : x
    const named = start > labelEnd
    if (named) labelEnd = start + MARK_LABEL_WIDTH
    return (
      <g key={`${mark.label} ${mark.atMs}`}>
        <line x1={x} x2={x} y1={16} y2={height - PAD_BOTTOM} />
        {named && (
          <text
            className="mark"
            x={flips ? x - 4 : x + 4}
            y={14}
            textAnchor={flips ? 'end' : 'start'}
          >
            {mark.label.length > 22 ? `${mark.label.slice(0, 21)}…` : mark.label}
          </text>
        )}
      </g>
    )
  })
}

function Axis({ buckets, width, height, compact }: SceneProps & { compact: boolean }) {
  const [fromMs, toMs] = span(buckets)
  const hours = (toMs - fromMs) / 3_600_000
  const parts = compact || width < 480 ? [0] : [0, 0.25, 0.5, 0.75]
  const name = (atMs: number) =>
    hours > 48
      ? new Date(atMs).toLocaleDateString('en', { month: 'short', day: 'numeric' })
      : formatTime(new Date(atMs))
  return (
    <>
      {parts.map((part) => {
        const bucket = buckets[Math.floor(part * buckets.length)]
        if (bucket === undefined) return null
        const text = compact && hours <= 48 ? `${Math.round(hours)} h ago` : name(bucket.atMs)
        return (
          <text key={part} x={PAD_X + part * (width - 2 * PAD_X)} y={height - 6}>
            {text}
          </text>
        )
      })}
      <text x={width - PAD_X} y={height - 6} textAnchor="end">
        now
      </text>
    </>
  )
}

function span(buckets: Bucket[]): [number, number] {
  const first = buckets[0]?.atMs ?? 0
  const last = buckets.at(-1)?.atMs ?? 0
  const each = buckets.length > 1 ? (last - first) / (buckets.length - 1) : 3_600_000
  return [first, last + each]
}

function sayBucket(bucket: Bucket | undefined): string {
  if (bucket === undefined) return 'no events'
  const noun = bucket.count === 1 ? 'event' : 'events'
  const when = formatDateTime(new Date(bucket.atMs)).replace(/:\d\d$/, '')
  return `${formatCount(bucket.count)} ${noun} · ${when}`
}

function tipLeft(x: number, width: number): number {
  return Math.min(Math.max(x, 80), Math.max(80, width - 80))
}

/** Width of the element in CSS pixels: drawn at its true size, so that text is never stretched. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [box, width]
}
