import { useQuery } from '@tanstack/react-query'
import { PERIODS, type Period, SORTS, type Sort } from '../api/issue-filter.ts'
import { environmentsQuery } from '../api/projects.ts'
import { Menu } from '../ui/menu.tsx'
import { visibleText } from '../ui/visible-text.ts'

type EnvironmentProps = {
  organization: string
  project: string
  environment: string | undefined
  onChange: (environment: string | undefined) => void
}

export function EnvironmentMenu(props: EnvironmentProps) {
  const { organization, project, environment, onChange } = props
  const environments = useQuery(environmentsQuery(organization, project))
  const known = (environments.data ?? []).map(({ name }) => name).filter((name) => name !== '')
  const names = environment === undefined ? known : [...new Set([...known, environment])]
  const shown = environment === undefined ? 'All environments' : visibleText(environment)
  return (
    <Menu
      label={`Environment: ${shown}`}
      trigger={<span>{shown} ▾</span>}
      groups={[
        {
          items: [
            {
              label: 'All environments',
              checked: environment === undefined,
              onSelect: () => onChange(undefined),
            },
            ...names.map((name) => ({
              label: visibleText(name),
              checked: name === environment,
              onSelect: () => onChange(name),
            })),
          ],
        },
      ]}
    />
  )
}

type PeriodProps = { period: Period; onChange: (period: Period) => void }

export function PeriodMenu({ period, onChange }: PeriodProps) {
  return (
    <Menu
      label={`Period: ${PERIODS[period]}`}
      trigger={<span>{PERIODS[period]} ▾</span>}
      groups={[{ items: choices(PERIODS, period, onChange) }]}
    />
  )
}

export function SortMenu({ sort, onChange }: { sort: Sort; onChange: (sort: Sort) => void }) {
  return (
    <Menu
      label={`Sort: ${SORTS[sort]}`}
      className="sort"
      trigger={
        <span>
          Sort: <b>{SORTS[sort]}</b> ▾
        </span>
      }
      groups={[{ items: choices(SORTS, sort, onChange) }]}
    />
  )
}

function choices<T extends string>(
  names: Record<T, string>,
  current: T,
  onChange: (key: T) => void,
) {
  return (Object.keys(names) as T[]).map((key) => ({
    label: names[key],
    checked: key === current,
    onSelect: () => onChange(key),
  }))
}
