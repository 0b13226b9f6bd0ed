// The shared state of the page: the run, its log, and the selected place.

import { createContext, use, useEffect, useState } from 'react'
import { serverNow } from '../../api/clock.ts'
import { hasEnded } from './model/live.ts'
import type { Outline } from './model/steps.ts'
import type { Run } from './queries.ts'
import type { Log } from './run-log.ts'

export type RunView = Log & {
  run: Run
  /** All steps: those of the definition, and inner steps that only the log contains. */
  outline: Outline
  /** The steps of the definition, which the graph shows. */
  drawn: Outline
  /** The selected path; null for the run as a whole. */
  chosen: string | null
  choose: (path: string | null) => void
  tab: string
  setTab: (tab: string) => void
  /** Opens the dialog for a new run: from a step, or from the start. */
  rerunFrom: (step: string | null) => void
  mayRun: boolean
  mayDecide: boolean
}

export const RunContext = createContext<RunView | null>(null)

export function useRunView(): RunView {
  const view = use(RunContext)
  if (view === null) throw new Error('This part must be inside a run page')
  return view
}

/** The current time, or the end of an ended run, even while its log is still loading. */
export function useRunNow(): number {
  const { run, live } = useRunView()
  const now = useNow(run.finishedAt === null && !hasEnded(live.status))
  return run.finishedAt === null ? now : Date.parse(run.finishedAt)
}

/** The time, updated several times per second while something is active. */
export function useNow(isMoving: boolean, everyMs = 200): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    setNow(serverNow())
    if (!isMoving) return
    const timer = setInterval(() => setNow(serverNow()), everyMs)
    return () => clearInterval(timer)
  }, [isMoving, everyMs])
  return now
}
