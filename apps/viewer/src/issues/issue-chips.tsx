import type { Issue } from '@mayday/protocol/api/issues'
import { ReleaseName } from './release-name.tsx'

/** What an issue is besides its title: new, come back, closed, hidden. */
export function IssueChips({ issue }: { issue: Issue }) {
  return (
    <>
      {issue.isNewInRelease && issue.firstReleaseVersion !== null && (
        <span className="chip new">
          New in <ReleaseName release={issue.firstReleaseVersion} />
        </span>
      )}
      {issue.substatus === 'regressed' && (
        <span className="chip reg">
          Regression
          {issue.regressedInRelease !== null && (
            <>
              {' in '}
              <ReleaseName release={issue.regressedInRelease} />
            </>
          )}
        </span>
      )}
      {issue.status === 'resolved' && <span className="chip ok">Resolved</span>}
      {issue.status === 'ignored' && <span className="chip">Archived</span>}
    </>
  )
}
