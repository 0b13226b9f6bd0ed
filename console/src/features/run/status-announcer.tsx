import { useEffect, useState } from 'react'
import { plural } from '../../ui/format/time.ts'
import { statusLabel } from '../../ui/status.ts'
import { hasEnded } from './model/live.ts'
import { endsByItself } from './model/look.ts'
import { stepOf } from './model/path.ts'
import { type RunView, useRunView } from './run-view.ts'

const APART_MS = 3_000

/** For screen readers: at most one sentence in three seconds. */
export function StatusAnnouncer() {
  const text = sentenceOf(useRunView())
  const [announced, setAnnounced] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(text), APART_MS)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <p className="unseen" role="status" aria-live="polite">
      {announced}
    </p>
  )
}

function sentenceOf({ live, outline }: RunView): string {
  if (hasEnded(live.status)) return `The run has ${statusLabel(live.status).toLowerCase()}.`
  const asks = [...live.waits].filter(([, wait]) => !endsByItself(wait))
  const [first] = asks
  if (first === undefined) return ''
  const name = outline.byKey.get(stepOf(first[0]))?.name ?? first[0]
  return asks.length === 1
    ? `Step ${name} is waiting for a person.`
    : `${plural(asks.length, 'step is', 'steps are')} waiting for a person.`
}
