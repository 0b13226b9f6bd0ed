import { useEffect, useState } from 'react'
import { followDeltas } from '../../../api/run-deltas.ts'
import type { Place } from '../model/live.ts'
import { type AllSaid, type Delta, hear, type Part } from '../model/said.ts'
import { useRunView } from '../run-view.ts'
import styles from './panel.module.css'

const NOTHING: AllSaid = new Map()
const BATCH_MS = 60

/** The output of a step's models while they generate it. Afterwards it is part of the step's output. */
export function ModelsSay({ place }: { place: Place }) {
  const { run, live } = useRunView()
  const [all, setAll] = useState(NOTHING)
  const { id } = run
  useEffect(() => {
    let waiting: Delta[] = []
    const timer = setInterval(() => {
      const some = waiting
      waiting = []
      if (some.length > 0) setAll((old) => hear(old, some))
    }, BATCH_MS)
    const stop = followDeltas(id, live.lastSeq, {
      onBegin: () => {
        waiting = []
        setAll(NOTHING)
      },
      onDelta: (delta) => waiting.push(delta),
    })
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [id])
  const said = [...all.values()].filter(
    ({ path }) => path === place.path || path.startsWith(`${place.path}.`),
  )
  const now = said.at(-1)
  if (now === undefined) return null
  return (
    <div className={styles.said} role="log" aria-label="What the model says">
      {now.parts.map((part, at) => (
        <SaidPart key={at} part={part} />
      ))}
    </div>
  )
}

const SaidPart = ({ part: { kind, name, text } }: { part: Part }) => (
  <div data-kind={kind}>
    {kind !== 'text' && <small>{kind === 'tool' ? `Calls ${name ?? 'a tool'}` : 'Thinks'}</small>}
    <p dir="auto" className={kind === 'tool' ? 'mono' : undefined}>
      {text}
    </p>
  </div>
)
