/** Runs where memory is short. Each order is small; all of them are not. */
const orders: { id: number; lines: string[] }[] = []
for (;;) {
  orders.push({ id: orders.length, lines: Array.from({ length: 50 }, (_, n) => `line ${n}`) })
}
