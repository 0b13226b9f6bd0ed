import { useEffect, useState } from 'react'
import { followDeltas } from '../../../api/run-deltas.ts'
import type { Place } from '../model/live.ts'
import { addDeltas, type Delta, type ModelOutputs, type Part } from '../model/model-output.ts'
import { useRunView } from '../run-view.ts'
import styles from './panel.module.css'

const NOTHING: ModelOutputs = new Map()
const BATCH_MS = 60

/** The output of a step's models while they generate it. Afterwards it is part of the step's output. */
export function LiveModelOutput({ place }: { place: Place }) {
  const { run, live } = useRunView()
  const [all, setAll] = useState(NOTHING)
  const { id } = run
  useEffect(() => {
    let waiting: Delta[] = []
    const timer = setInterval(() => {
      const some = waiting
      waiting = []
      if (some.length > 0) setAll((old) => addDeltas(old, some))
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
  const outputs = [...all.values()].filter(
    ({ path }) => path === place.path || path.startsWith(`${place.path}.`),
  )
  const now = outputs.at(-1)
  if (now === undefined) return null
  return (
    <div className={styles.modelOutput} role="log" aria-label="Output of the model">
      {now.parts.map((part, at) => (
        <OutputPart key={at} part={part} />
      ))}
    </div>
  )
}

const OutputPart = ({ part: { kind, name, text } }: { part: Part }) => (
  <div data-kind={kind}>
    {kind !== 'text' && <small>{kind === 'tool' ? `Calls ${name ?? 'a tool'}` : 'Thinks'}</small>}
    <p dir="auto" className={kind === 'tool' ? 'mono' : undefined}>
      {text}
    </p>
  </div>
)
