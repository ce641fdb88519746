export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const Mayday = await import('@mayday/node')
    Mayday.init({ release: '1', environment: 'production' })
  }
}

export async function onRequestError(...error) {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const Mayday = await import('@mayday/node')
    Mayday.captureRequestError(...error)
  }
}
