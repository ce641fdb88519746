/** One figure of the run beside what it is meant to reach. */
export interface Figure {
  /** Machine-readable, unique within the run. */
  name: string
  label: string
  value: number
  unit: string
  /** Absent: the figure is there to compare others with. */
  target?: number
  /** Which side of the target is the good one. */
  better?: 'higher' | 'lower'
}

/** Lines of a table, one figure each, with its target and how far the figure is from it. */
export function table(figures: readonly Figure[]): string[] {
  const rows = [['', 'measured', 'target', ''], ...figures.map(row)]
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  return rows.map((cells) =>
    cells
      .map((cell, column) =>
        column === 1 || column === 2
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

/** Signed percent from the target: -20 = a fifth below it. Undefined without a target. */
export function percentFromTarget(figure: Figure): number | undefined {
  if (figure.target === undefined) return undefined
  return Math.round((figure.value / figure.target - 1) * 100)
}

export function isMet(figure: Figure): boolean | undefined {
  if (figure.target === undefined) return undefined
  return figure.better === 'lower' ? figure.value <= figure.target : figure.value >= figure.target
}

function row(figure: Figure): string[] {
  const percent = percentFromTarget(figure)
  if (percent === undefined || figure.target === undefined) {
    return [figure.label, amount(figure.value, figure.unit), '', '']
  }
  const sign = figure.better === 'lower' ? '<=' : '>='
  const verdict = isMet(figure) ? 'met' : 'missed'
  return [
    figure.label,
    amount(figure.value, figure.unit),
    `${sign} ${amount(figure.target, figure.unit)}`,
    `${verdict} (${percent >= 0 ? '+' : ''}${percent} %)`,
  ]
}

function amount(value: number, unit: string): string {
  const digits = Math.abs(value) < 100 ? 1 : 0
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`
}
