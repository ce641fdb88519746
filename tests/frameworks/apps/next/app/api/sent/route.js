export const dynamic = 'force-dynamic'

export async function GET() {
  return Response.json({ sent: true }, { status: 500 })
}
