/** One column of a table of SDKs. */
export type Column = {
  /** Machine-readable, unique within the table. */
  name: string
  label: string
  /** What `@mayday/node` is meant to reach. */
  target?: number
  better?: 'higher' | 'lower'
  digits?: number
}

/** What was measured of one SDK, in the order of the columns, or why it was not. */
export type Row =
  | { sdk: string; figures: (number | undefined)[] }
  | { sdk: string; refusal: string }

export type Section = { name: string; title: string; columns: Column[]; rows: Row[] }

const OURS = '@mayday/node'

/** Lines of a table: one SDK each, and below ours what it is meant to reach. */
export function sdkTable({ title, columns, rows }: Section): string[] {
  const cells = rows.flatMap((row) => {
    if ('refusal' in row) return [[row.sdk, `left out: ${row.refusal}`]]
    const line = [row.sdk, ...columns.map((column, at) => cellOf(row, column, row.figures[at]))]
    return row.sdk === OURS && columns.some(({ target }) => target !== undefined)
      ? [line, ['  target', ...columns.map(targetOf)]]
      : [line]
  })
  const all = [[title, ...columns.map(({ label }) => label)], ...cells]
  const widths = [...columns, 0].map((_, at) =>
    Math.max(...all.filter((line) => line.length > 2).map((line) => line[at]?.length ?? 0)),
  )
  return all.map((line) => {
    if (line.length === 2 && columns.length > 1)
      return `${line[0]?.padEnd(widths[0] ?? 0)}  ${line[1]}`
    return line
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
  })
}

/** `undefined` where the column has no target, or the row is not ours. */
export function isReached(sdk: string, column: Column, figure: number): boolean | undefined {
  if (sdk !== OURS || column.target === undefined) return undefined
  return column.better === 'higher' ? figure >= column.target : figure <= column.target
}

/** The rows as they go into the JSON line. */
export function sectionToJson({ name, columns, rows }: Section) {
  return {
    name,
    rows: rows.map((row) =>
      'refusal' in row
        ? row
        : {
            sdk: row.sdk,
            ...Object.fromEntries(
              columns.map((column, at) => [column.name, rounded(row.figures[at])]),
            ),
          },
    ),
    targets: Object.fromEntries(
      columns.flatMap(({ name, target }) => (target === undefined ? [] : [[name, target]])),
    ),
  }
}

function cellOf({ sdk }: { sdk: string }, column: Column, figure: number | undefined): string {
  if (figure === undefined) return '-'
  const reached = isReached(sdk, column, figure)
  const mark = reached === undefined ? '' : reached ? ' ✓' : ' ✗'
  return `${amount(figure, column)}${mark}`
}

function targetOf(column: Column): string {
  if (column.target === undefined) return ''
  return `${column.better === 'higher' ? '>=' : '<='} ${amount(column.target, column)}`
}

function amount(figure: number, { digits }: Column): string {
  const places = digits ?? (Math.abs(figure) < 100 ? 1 : 0)
  return figure.toLocaleString('en', { maximumFractionDigits: places })
}

function rounded(figure: number | undefined): number | undefined {
  return figure === undefined ? undefined : Math.round(figure * 100) / 100
}
