import { type CSSProperties, type ReactNode, useState } from 'react'
import { Splitter } from '../../ui/kit/splitter.tsx'
import { useMedia } from '../../ui/use-media.ts'
import {
  type Arrangement,
  axisOf,
  DEFAULT_LINES,
  type Line,
  readLines,
  withLine,
  writeLines,
} from './model/panes.ts'
import styles from './run.module.css'

const KEY = 'orrery.run-panes'

const LINES: { line: Line; label: Record<Arrangement, string> }[] = [
  { line: 'graph', label: { column: 'Width of the graph', row: 'Width of the graph' } },
  { line: 'timeline', label: { column: 'Height of the timeline', row: 'Width of the timeline' } },
]

type Props = { graph: ReactNode; timeline: ReactNode; panel: ReactNode }

/** Graph, timeline and panel with lines between them that can be moved. */
export function RunSplit(props: Props) {
  const arrangement = useMedia('(min-width: 1900px)') ? 'row' : 'column'
  return <Arranged key={arrangement} arrangement={arrangement} {...props} />
}

function Arranged({ arrangement, graph, timeline, panel }: Props & { arrangement: Arrangement }) {
  const [lines, setLines] = useState(() => readLines(localStorage.getItem(KEY), arrangement))
  const keep = (next: typeof lines) => {
    setLines(next)
    localStorage.setItem(KEY, writeLines(localStorage.getItem(KEY), arrangement, next))
  }
  return (
    <div
      className={styles.panes}
      data-arrangement={arrangement}
      style={{ '--graph': `${lines.graph}%`, '--timeline': `${lines.timeline}%` } as CSSProperties}
    >
      <section className={styles.drawn} aria-label="Graph">
        {graph}
      </section>
      <section className={styles.time} aria-label="Timeline">
        {timeline}
      </section>
      <div className={styles.info}>{panel}</div>
      {LINES.map(({ line, label }) => (
        <Splitter
          key={line}
          label={label[arrangement]}
          axis={axisOf(arrangement, line)}
          at={lines[line]}
          className={styles[line]}
          onMove={(to, size) => keep(withLine(lines, line, to, arrangement, size))}
          onReset={() => keep({ ...lines, [line]: DEFAULT_LINES[arrangement][line] })}
        />
      ))}
    </div>
  )
}
