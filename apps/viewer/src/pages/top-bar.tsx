import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { projectsQuery } from '../api/projects.ts'
import { Menu } from '../ui/menu.tsx'
import { AccountMenu } from './account-menu.tsx'
import { HeaderSearch } from './header-search.tsx'
import './top-bar.css'

const PAGES = [
  { name: 'issues', to: '/$organization/$project/issues', label: 'Issues' },
  { name: 'monitors', to: '/$organization/$project/monitors', label: 'Monitors' },
  { name: 'outcomes', to: '/$organization/$project/outcomes', label: 'Outcomes' },
  { name: 'set-up', to: '/$organization/$project/set-up', label: 'Set up' },
] as const

type Props = {
  organization?: string | undefined
  project?: string | undefined
  /** Short id of the issue the page is about. */
  issue?: string | undefined
  page?: (typeof PAGES)[number]['name']
  filters?: ReactNode
}

export function TopBar({ organization, project, issue, page, filters }: Props) {
  const at = organization !== undefined && project !== undefined ? { organization, project } : null
  return (
    <header className="top">
      <Link className="logo" to="/">
        <i aria-hidden="true" />
        Mayday
      </Link>
      {organization !== undefined && (
        <div className="crumb">
          <span aria-hidden="true">/</span>
          {issue === undefined || at === null ? (
            <ProjectMenu organization={organization} project={project} />
          ) : (
            <>
              <b className="wide">{organization}</b>
              <span className="wide" aria-hidden="true">
                /
              </span>
              <Link to="/$organization/$project/issues" params={at}>
                <b>{project}</b>
              </Link>
              <span aria-hidden="true">/</span>
              <span>{issue}</span>
            </>
          )}
        </div>
      )}
      {at !== null && page !== undefined && (
        <nav className="main" aria-label="Project">
          {PAGES.map(({ name, to, label }) => (
            <Link
              key={name}
              to={to}
              params={at}
              className={page === name ? 'on' : ''}
              aria-current={page === name ? 'page' : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
      )}
      <HeaderSearch organization={organization} project={project} />
      {filters !== undefined && <div className="filters">{filters}</div>}
      <AccountMenu />
    </header>
  )
}

function ProjectMenu({
  organization,
  project,
}: {
  organization: string
  project?: string | undefined
}) {
  const projects = useQuery(projectsQuery)
  const navigate = useNavigate()
  const all = projects.data ?? []
  const groups = [...new Set(all.map((one) => one.organization))].map((slug) => ({
    label: slug,
    items: all
      .filter((one) => one.organization === slug)
      .map((one) => ({
        label: one.slug,
        text: one.slug,
        checked: slug === organization && one.slug === project,
        onSelect: () =>
          void navigate({
            to: '/$organization/$project/issues',
            params: { organization: slug, project: one.slug },
          }),
      })),
  }))
  return (
    <Menu
      label={`Project ${organization} / ${project ?? ''}, change`}
      className=""
      align="start"
      groups={groups}
      trigger={
        <>
          <b>{organization}</b>
          <span>/</span>
          <b>{project}</b>
          <span>▾</span>
        </>
      }
    />
  )
}
