const { connect } = require('node:net')

class PaymentError extends Error {
  name = 'PaymentError'
}

class DeclinedError extends Error {
  name = 'DeclinedError'
}

async function request(outcome) {
  await new Promise((resolve) => setTimeout(resolve, 1))
  if (outcome === 'timeout') throw new Error('no answer from 10.20.0.14 in 5000 ms')
  throw new DeclinedError('card ending in 4242 was declined')
}

async function charge(orderId, outcome) {
  try {
    await request(outcome)
  } catch (cause) {
    throw new PaymentError(`could not charge order ${orderId}`, { cause })
  }
}

function ping() {
  return new Promise((resolve, reject) => {
    connect({ host: '127.0.0.1', port: 6399 }).on('error', reject).on('connect', resolve)
  })
}

function parseAnswer(text) {
  const answer = JSON.parse(text)
  return answer.amount
}

module.exports = { charge, ping, parseAnswer }
