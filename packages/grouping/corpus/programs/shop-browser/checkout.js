export function checkout(order) {
  return { id: order.id, total: totalOf(order) }
}

function totalOf(order) {
  return order.lines.reduce((sum, line) => sum + line.price, 0)
}

export async function pay(order) {
  await new Promise((resolve) => setTimeout(resolve, 1))
  throw new Error(`payment of order ${order.id} was declined`)
}
