/**
 * Arrays in PostgreSQL's binary wire format, for `unnest($1::uuid[], …)`. `pg` sends a Buffer
 * parameter in binary as it is, but writes arrays of its own as text: three times the cost for rows
 * with payloads. Layout: postgresql.org/docs/current/protocol-overview.html and `array_send`.
 */

// pg_type.oid of the element types; fixed for all versions.
const BYTEA = 17
const INT8 = 20
const INT2 = 21
const INT4 = 23
const TEXT = 25
const TIMESTAMPTZ = 1184
const UUID = 2950
const BOOL = 16

const HEADER_BYTES = 20
/** PostgreSQL counts time from 2000-01-01. */
const EPOCH_MS = Date.UTC(2000, 0, 1)

type Fixed<T> = {
  oid: number
  bytes: number
  write: (buffer: Buffer, at: number, value: T) => void
}

const fixed = <T>(oid: number, bytes: number, write: Fixed<T>['write']): Fixed<T> => ({
  oid,
  bytes,
  write,
})

const bool = fixed<boolean>(BOOL, 1, (buffer, at, value) => buffer.writeUInt8(value ? 1 : 0, at))
const int2 = fixed<number>(INT2, 2, (buffer, at, value) => buffer.writeInt16BE(value, at))
const int4 = fixed<number>(INT4, 4, (buffer, at, value) => buffer.writeInt32BE(value, at))
const int8 = fixed<number>(INT8, 8, writeInt8)
const bigint8 = fixed<bigint>(INT8, 8, (buffer, at, value) => buffer.writeBigInt64BE(value, at))
const timestamptz = fixed<number>(TIMESTAMPTZ, 8, (buffer, at, ms) =>
  writeInt8(buffer, at, Math.round((ms - EPOCH_MS) * 1000)),
)
const uuid = fixed<string>(UUID, 16, (buffer, at, hex) => {
  if (buffer.write(hex, at, 16, 'hex') !== 16) throw new RangeError(`${hex} is not 32 hex digits`)
})

export const boolArray = (values: readonly boolean[]): Buffer => fixedArray(bool, values)
export const int2Array = (values: readonly number[]): Buffer => fixedArray(int2, values)
export const int4Array = (values: readonly number[]): Buffer => fixedArray(int4, values)
/** Of safe integers. */
export const int8Array = (values: readonly number[]): Buffer => fixedArray(int8, values)
export const bigintArray = (values: readonly bigint[]): Buffer => fixedArray(bigint8, values)
/** Of milliseconds since 1970. */
export const timestamptzArray = (values: readonly number[]): Buffer =>
  fixedArray(timestamptz, values)
/** Of 32 hex digits each. */
export const uuidArray = (values: readonly string[]): Buffer => fixedArray(uuid, values)

export function textArray(values: readonly (string | null)[]): Buffer {
  const lengths = values.map((value) => (value === null ? -1 : Buffer.byteLength(value)))
  const buffer = start(TEXT, lengths)
  let at = HEADER_BYTES
  for (let i = 0; i < values.length; i++) {
    at = buffer.writeInt32BE(lengths[i]!, at)
    const value = values[i]
    if (value) at += buffer.write(value, at)
  }
  return values.length === 0 ? empty(TEXT) : buffer
}

export function byteaArray(values: readonly Buffer[]): Buffer {
  if (values.length === 0) return empty(BYTEA)
  const buffer = start(
    BYTEA,
    values.map((value) => value.length),
  )
  let at = HEADER_BYTES
  for (const value of values) {
    at = buffer.writeInt32BE(value.length, at)
    at += value.copy(buffer, at)
  }
  return buffer
}

function fixedArray<T>({ oid, bytes, write }: Fixed<T>, values: readonly T[]): Buffer {
  if (values.length === 0) return empty(oid)
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (4 + bytes))
  writeHeader(buffer, oid, values.length, false)
  let at = HEADER_BYTES
  for (const value of values) {
    at = buffer.writeInt32BE(bytes, at)
    write(buffer, at, value)
    at += bytes
  }
  return buffer
}

function start(oid: number, lengths: number[]): Buffer {
  let bytes = HEADER_BYTES
  let hasNull = false
  for (const length of lengths) {
    bytes += 4 + Math.max(0, length)
    if (length < 0) hasNull = true
  }
  const buffer = Buffer.allocUnsafe(bytes)
  writeHeader(buffer, oid, lengths.length, hasNull)
  return buffer
}

function writeHeader(buffer: Buffer, oid: number, length: number, hasNull: boolean): void {
  buffer.writeInt32BE(1, 0)
  buffer.writeInt32BE(hasNull ? 1 : 0, 4)
  buffer.writeInt32BE(oid, 8)
  buffer.writeInt32BE(length, 12)
  buffer.writeInt32BE(1, 16)
}

/** An empty array has no dimension. */
function empty(oid: number): Buffer {
  const buffer = Buffer.alloc(12)
  buffer.writeInt32BE(oid, 8)
  return buffer
}

/** Twice as fast as by way of a BigInt. */
function writeInt8(buffer: Buffer, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`)
  buffer.writeInt32BE(Math.floor(value / 2 ** 32), at)
  buffer.writeUInt32BE(value >>> 0, at + 4)
}
