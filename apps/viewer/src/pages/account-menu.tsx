import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { accountQuery, useSignOut } from '../api/account.ts'
import { initials } from '../format.ts'
import { Menu } from '../ui/menu.tsx'
import { type Theme, useTheme } from '../ui/theme.ts'
import { useToast } from '../ui/toast.tsx'

const THEMES: [Theme, string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

export function AccountMenu() {
  const account = useQuery(accountQuery)
  const [theme, setTheme] = useTheme()
  const signOut = useSignOut()
  const navigate = useNavigate()
  const toast = useToast()
  const name = account.data?.name ?? account.data?.email ?? 'Account'
  const leave = () =>
    signOut.mutate(undefined, {
      onSuccess: () => void navigate({ to: '/sign-in' }),
      onError: (error) => toast(`Not signed out: ${error.message}`),
    })
  return (
    <div className="account">
      <Menu
        label={`${initials(name)}, account: ${name}`}
        className="avatar"
        trigger={<span>{initials(name)}</span>}
        groups={[
          {
            label: 'Theme',
            items: THEMES.map(([key, label]) => ({
              label,
              checked: theme === key,
              onSelect: () => setTheme(key),
            })),
          },
          { label: account.data?.email ?? name, items: [{ label: 'Sign out', onSelect: leave }] },
        ]}
      />
    </div>
  )
}
