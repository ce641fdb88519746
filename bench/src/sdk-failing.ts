/** An error with at least so many frames of one file, whose stack text nobody has read yet. */
export function failAt(frames: number, message: string): Error {
  const error: Error = frames <= 1 ? new RangeError(message) : failAt(frames - 1, message)
  return error
}

/** The same number in letters: an SDK that masks numbers must not take distinct errors for one. */
export function inLetters(number: number): string {
  return [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
}
