import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { AppError } from '../errors.ts'

/** 32 MiB and about a fifth of a second: the figures of ASVS for scrypt. */
const COST = 2 ** 15
const BLOCK_SIZE = 8
const PARALLEL = 3
const MAX_MEMORY_BYTES = 128 * 1024 * 1024
const KEY_BYTES = 32
/** More at once would take the memory and the thread pool away from everything else. */
const MOST_AT_ONCE = 2
const MOST_WAITING = 32
/** About what it takes to work off those that wait. */
const RETRY_AFTER_SECONDS = 5

let running = 0
const waiting: (() => void)[] = []

/** `scrypt$N$r$p$salt$key`, so that the figures can be raised without breaking old hashes. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, COST, BLOCK_SIZE, PARALLEL)
  return [
    'scrypt',
    COST,
    BLOCK_SIZE,
    PARALLEL,
    salt.toString('base64'),
    key.toString('base64'),
  ].join('$')
}

/** Without a stored hash (unknown account, or no password yet) it costs the same and answers false. */
export async function isPasswordRight(password: string, stored: string | null): Promise<boolean> {
  const [, cost, blockSize, parallel, salt, key] = (stored ?? NOBODY).split('$')
  const expected = Buffer.from(key ?? '', 'base64')
  const given = await derive(
    password,
    Buffer.from(salt ?? '', 'base64'),
    Number(cost),
    Number(blockSize),
    Number(parallel),
  )
  return timingSafeEqual(given, expected) && stored !== null
}

const NOBODY = `scrypt$${COST}$${BLOCK_SIZE}$${PARALLEL}$${Buffer.alloc(16).toString('base64')}$${Buffer.alloc(KEY_BYTES).toString('base64')}`

async function derive(
  password: string,
  salt: Buffer,
  N: number,
  r: number,
  p: number,
): Promise<Buffer> {
  await takeTurn()
  try {
    return await new Promise((resolve, reject) => {
      // NFKC, so that one password typed on two keyboards is the same bytes.
      scrypt(
        password.normalize('NFKC'),
        salt,
        KEY_BYTES,
        { N, r, p, maxmem: MAX_MEMORY_BYTES },
        (error, key) => (error ? reject(error) : resolve(key)),
      )
    })
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

async function takeTurn(): Promise<void> {
  if (running < MOST_AT_ONCE) {
    running += 1
    return
  }
  if (waiting.length >= MOST_WAITING) {
    throw new AppError('overloaded', 'Too many sign-ins at once.', RETRY_AFTER_SECONDS)
  }
  await new Promise<void>((resolve) => waiting.push(resolve))
}
