const { Client } = require('pg')
const { assertState } = require('../state')

const orders = new Map([17, 18].map((id) => [id, { id, lines: undefined }]))

async function loadOrder(id) {
  await new Promise((resolve) => setImmediate(resolve))
  return orders.get(id)
}

async function showTotal(id) {
  if (id < 0) return (await loadOrder(id)).total
  const order = await loadOrder(id)
  return totalOf(order)
}

function totalOf(order) {
  return order.lines.reduce((sum, line) => sum + line.price, 0)
}

async function requireOpen(order) {
  assertState(order, 'open')
}

async function loadFromDatabase(id) {
  const client = new Client({ host: '127.0.0.1', port: 5439, user: 'shop', database: 'shop' })
  await client.connect()
  return client.query('select * from orders where id = $1', [id])
}

function legacyCheck(id) {
  throw `order ${id} has no lines`
}

module.exports = { showTotal, requireOpen, loadFromDatabase, legacyCheck }
