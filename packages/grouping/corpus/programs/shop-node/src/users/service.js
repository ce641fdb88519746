const { assertState } = require('../state')

const baskets = new Map([[17, { id: 17, lines: undefined }]])

async function loadBasket(id) {
  await new Promise((resolve) => setImmediate(resolve))
  return baskets.get(id)
}

async function showTotal(id) {
  const order = await loadBasket(id)
  return totalOf(order)
}

function totalOf(order) {
  return order.lines.reduce((sum, line) => sum + line.price, 0)
}

async function requireActive(user) {
  assertState(user, 'active')
}

module.exports = { showTotal, requireActive }
