/** SQL that writes a timestamp as the web API does: UTC, milliseconds, `Z`; null stays null. */
export function iso(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
