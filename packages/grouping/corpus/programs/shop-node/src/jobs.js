function sendReminder(order) {
  return order.customer.email
}

function runLater() {
  setTimeout(() => sendReminder({ id: 17 }), 1)
  return new Promise((resolve) => setTimeout(resolve, 50))
}

async function refreshPrices() {
  await new Promise((resolve) => setTimeout(resolve, 1))
  throw new Error('price list 2026-11-23 is empty')
}

function startWithoutWaiting() {
  refreshPrices()
}

module.exports = { runLater, startWithoutWaiting }
