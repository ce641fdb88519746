import './stacked-bars.css'

type Layer = { name: string; className: string; series: number[] }
/** `starts` names each bar: the first and the last name stand below, each is the title of its bar. */
type Props = { layers: Layer[]; starts: string[]; label: string }

/** Numbers over time, in layers. For the eye alone: whoever uses it also shows the sums as text. */
export function StackedBars({ layers, starts, label }: Props) {
  const totals = starts.map((_, index) => sum(layers.map(({ series }) => series[index] ?? 0)))
  const most = Math.max(1, ...totals)
  return (
    <div className="stack" role="img" aria-label={label}>
      <div className="bars">
        {starts.map((start, index) => (
          <div key={start} title={titleOf(start, layers, index)}>
            {layers.map(({ name, className, series }) => {
              const share = (series[index] ?? 0) / most
              const height = share === 0 ? 0 : `max(2px, ${share * 100}%)`
              return <i key={name} className={className} style={{ height }} />
            })}
          </div>
        ))}
      </div>
      <div className="axis" aria-hidden="true">
        <span>{starts[0]}</span>
        <span>now</span>
      </div>
    </div>
  )
}

function titleOf(start: string, layers: Layer[], index: number): string {
  const parts = layers.map(({ name, series }) => `${series[index] ?? 0} ${name}`)
  return `${start}: ${parts.join(', ')}`
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}
