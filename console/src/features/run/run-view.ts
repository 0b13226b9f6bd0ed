// What all parts of the page look at: the run, its log, and the one place that is chosen.
import { createContext, use, useEffect, useState } from 'react'
import { hasEnded } from './model/live.ts'
import type { Outline } from './model/steps.ts'
import type { Run } from './queries.ts'
import type { Log } from './run-log.ts'

export type RunView = Log & {
  run: Run
  /** All steps: those of the definition, and those inside of nodes that only the log knows. */
  outline: Outline
  /** Those of the definition, which the graph shows. */
  drawn: Outline
  /** By its path; null when the run as a whole is looked at. */
  chosen: string | null
  choose: (path: string | null) => void
  tab: string
  setTab: (tab: string) => void
  /** Opens the dialog for another run: from a step, or from the beginning. */
  rerunFrom: (step: string | null) => void
  mayRun: boolean
  mayDecide: boolean
}

export const RunContext = createContext<RunView | null>(null)

export function useRunView(): RunView {
  const view = use(RunContext)
  if (view === null) throw new Error('There is no run around this part')
  return view
}

/** Now, or the end of a run that has ended, also while its log is still being read. */
export function useRunNow(): number {
  const { run, live } = useRunView()
  const now = useNow(run.finishedAt === null && !hasEnded(live.status))
  return run.finishedAt === null ? now : Date.parse(run.finishedAt)
}

/** The time, several times a second while something is under way. */
export function useNow(isMoving: boolean, everyMs = 200): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    setNow(Date.now())
    if (!isMoving) return
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [isMoving, everyMs])
  return now
}
