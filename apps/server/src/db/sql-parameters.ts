/** Collects the values of a statement that is put together from parts; `add` gives their `$n`. */
export class SqlParameters {
  readonly values: unknown[] = []

  add(value: unknown): string {
    this.values.push(value)
    return `$${this.values.length}`
  }
}
