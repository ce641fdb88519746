export const dynamic = 'force-dynamic'

export async function GET() {
  throw new RangeError('route handler kaput')
}
