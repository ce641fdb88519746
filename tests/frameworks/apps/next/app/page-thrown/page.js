export const dynamic = 'force-dynamic'

export default async function Page() {
  throw new TypeError('server component kaput')
}
