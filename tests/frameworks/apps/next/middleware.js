// In the edge runtime, so that the SDK behind its guard is seen by the bundle for that as well.
export function middleware() {}

export const config = { matcher: '/nowhere' }
