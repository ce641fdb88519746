import type { Monitor } from '@mayday/protocol/api/monitors'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { monitorsQuery } from '../api/monitors.ts'
import { formatAgo, formatDateTime } from '../format.ts'
import { Failed, Loading, Stale } from '../ui/states.tsx'
import { Untrusted } from '../ui/untrusted.tsx'
import { useClock } from '../ui/use-clock.ts'
import './monitors-page.css'
import { TopBar } from './top-bar.tsx'

const route = getRouteApi('/signed-in/$organization/$project/monitors')

const STATUS_TEXT = {
  active: 'Waiting',
  ok: 'OK',
  error: 'Failed',
  in_progress: 'Running',
  missed: 'Missed',
  timeout: 'Timed out',
} as const satisfies Record<Monitor['status'], string>

export function MonitorsPage() {
  const { organization, project } = route.useParams()
  const monitors = useQuery(monitorsQuery(organization, project))
  useClock()
  return (
    <>
      <TopBar organization={organization} project={project} page="monitors" />
      <main id="content" tabIndex={-1}>
        <title>{`Monitors · ${project} · Mayday`}</title>
        <h1 className="hidden-text">Monitors of {project}</h1>
        {monitors.error && monitors.data === undefined ? (
          <Failed
            error={monitors.error}
            retry={() => void monitors.refetch()}
            what="the monitors"
          />
        ) : monitors.data === undefined ? (
          <Loading what="the monitors" />
        ) : monitors.data.length === 0 ? (
          <HowToBegin />
        ) : (
          <>
            {monitors.error && (
              <Stale error={monitors.error} retry={() => void monitors.refetch()} />
            )}
            <MonitorTable monitors={monitors.data} />
          </>
        )}
      </main>
    </>
  )
}

function HowToBegin() {
  return (
    <section className="panel monitors-none" aria-label="No monitors">
      <h2>No scheduled task has checked in yet</h2>
      <p>Wrap one, and a run that fails, hangs or does not happen is told here:</p>
      <pre>
        {`Mayday.withMonitor('nightly-report', report, {
  schedule: { type: 'crontab', value: '0 3 * * *' },
})`}
      </pre>
    </section>
  )
}

function MonitorTable({ monitors }: { monitors: Monitor[] }) {
  return (
    <section className="panel" aria-label="Monitors">
      <table className="monitors">
        <thead>
          <tr>
            <th>Monitor</th>
            <th>Environment</th>
            <th>Status</th>
            <th>Last check-in</th>
            <th>Next due</th>
          </tr>
        </thead>
        {monitors.map((monitor) => (
          <tbody key={monitor.id}>
            {monitor.environments.map((environment, index) => (
              <tr key={environment.name}>
                {index === 0 && <What monitor={monitor} />}
                <td data-label="Environment">
                  <Untrusted text={environment.name} />
                </td>
                <td data-label="Status">
                  <span className={`run ${environment.status}`}>
                    {STATUS_TEXT[environment.status]}
                  </span>
                </td>
                <When label="Last check-in" at={environment.lastCheckIn} />
                <When label="Next due" at={environment.nextCheckIn} />
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  )
}

function What({ monitor }: { monitor: Monitor }) {
  return (
    <td rowSpan={monitor.environments.length}>
      <b>
        <Untrusted text={monitor.name} />
      </b>
      <span className="schedule">{scheduleText(monitor)}</span>
      <span className="runs" role="img" aria-label={runsText(monitor)}>
        {monitor.recent.map((status, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: runs have no other name here
          <i key={index} className={status} title={STATUS_TEXT[status]} />
        ))}
      </span>
    </td>
  )
}

function When({ label, at }: { label: string; at: string | null }) {
  if (at === null) return <td data-label={label}>–</td>
  return (
    <td data-label={label}>
      <time dateTime={at} title={formatDateTime(at)}>
        {Date.parse(at) > Date.now() ? formatDateTime(at) : formatAgo(at)}
      </time>
    </td>
  )
}

function scheduleText({ config }: Monitor): string {
  const { schedule, timezone } = config
  if (schedule === null) return 'no schedule'
  if (typeof schedule === 'string') return `${schedule} · ${timezone}`
  const [value, unit] = schedule
  return value === 1 ? `every ${unit}` : `every ${value} ${unit}s`
}

function runsText({ recent }: Monitor): string {
  const bad = recent.filter((status) => status !== 'ok' && status !== 'in_progress').length
  return `Last ${recent.length} runs, ${bad} of them failed, missed or timed out`
}
