export const dynamic = 'force-dynamic'

async function act() {
  'use server'
  throw new SyntaxError('form kaput')
}

export default function Page() {
  return (
    <form action={act}>
      <button type="submit">act</button>
    </form>
  )
}
