import { useEffect, useState } from 'react'

const TICK_MS = 15_000

/** Draws the component anew from time to time, so that `2 min ago` does not grow old itself. */
export function useClock(): void {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((before) => before + 1), TICK_MS)
    return () => clearInterval(timer)
  }, [])
}
