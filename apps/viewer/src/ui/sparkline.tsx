import { toBuckets } from './series.ts'

const WIDTH = 120
const HEIGHT = 26

/** Drawn for the eye alone: the numbers beside it say the same to a screen reader. */
export function Sparkline({ series }: { series: [number, number][] }) {
  const buckets = toBuckets(series, 24)
  const step = WIDTH / Math.max(1, buckets.length)
  const most = Math.max(1, ...buckets.map((bucket) => bucket.count))
  return (
    <svg
      className="spark"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {buckets.map((bucket, index) => {
        const height = bucket.count === 0 ? 1 : Math.max(2, (bucket.count / most) * HEIGHT)
        return (
          <rect
            key={bucket.atMs}
            className={bucket.hot ? 'hot' : undefined}
            x={index * step}
            y={HEIGHT - height}
            width={step * 0.72}
            height={height}
            rx={1}
          />
        )
      })}
    </svg>
  )
}
