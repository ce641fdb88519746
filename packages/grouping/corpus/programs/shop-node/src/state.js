class StateError extends Error {
  name = 'StateError'
}

function assertState(thing, state) {
  if (thing.state !== state) {
    throw new StateError(`${thing.id} is ${thing.state}, not ${state}`)
  }
}

module.exports = { assertState, StateError }
