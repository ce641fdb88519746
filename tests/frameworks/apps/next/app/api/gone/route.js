import { notFound, redirect } from 'next/navigation'

export const dynamic = 'force-dynamic'

export async function GET(request) {
  return request.url.includes('redirect') ? redirect('/') : notFound()
}
