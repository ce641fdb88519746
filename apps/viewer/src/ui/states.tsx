import { Component, type ReactNode } from 'react'

export function Loading({ what }: { what: string }) {
  return (
    <p className="notice" aria-busy="true">
      Loading {what}…
    </p>
  )
}

type FailedProps = { error: Error; retry: () => void; what: string }

/** A request that failed: one sentence and the way to try again. */
export function Failed({ error, retry, what }: FailedProps) {
  return (
    <div className="notice" role="alert">
      <h2>Could not load {what}</h2>
      <p>{error.message}</p>
      <button type="button" className="btn" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

/** What is shown is what was read last: reading it again failed. */
export function Stale({ error, retry }: Omit<FailedProps, 'what'>) {
  return (
    <p className="stale" role="status">
      <span>Not up to date: {error.message}</span>
      <button type="button" className="btn tiny" onClick={retry}>
        Try again
      </button>
    </p>
  )
}

type BoundaryState = { error: Error | undefined }

/** A fault in drawing one part leaves the rest of the page standing. */
export class ErrorBoundary extends Component<{ what: string; children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { error: undefined }

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return (
      <div className="notice" role="alert">
        <h2>Could not show {this.props.what}</h2>
        <p>{this.state.error.message}</p>
        <button type="button" className="btn" onClick={() => this.setState({ error: undefined })}>
          Try again
        </button>
      </div>
    )
  }
}
