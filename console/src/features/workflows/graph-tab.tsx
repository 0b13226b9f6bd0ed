import { useMemo, useState } from 'react'
import { Json } from '../../ui/kit/json.tsx'
import { type Definition, GraphView, NodeIcon, outlineOf } from '../run/index.ts'
import styles from './workflow.module.css'

/** A read-only view of the steps, with the settings of the selected one. */
export function GraphTab({ definition }: { definition: object }) {
  const known = definition as Definition
  const outline = useMemo(() => outlineOf(known), [known])
  const [chosen, setChosen] = useState<string | null>(null)
  const node = known.nodes.find((one) => one.id === chosen)
  return (
    <div className={styles.split}>
      <section className={styles.graph} aria-label="Graph">
        <GraphView outline={outline} live={null} chosen={chosen} onChoose={setChosen} />
      </section>
      <aside className={styles.side} aria-label="Settings">
        {node ? (
          <>
            <header>
              <NodeIcon type={node.type} />
              <div>
                <b>{node.name ?? node.id}</b>
                <small className="mono">
                  {node.id} · {node.type}
                </small>
              </div>
            </header>
            <Json title="Settings" value={node} />
          </>
        ) : (
          <>
            <p className="faint">Select a step to see its settings.</p>
            <Json
              title="Inputs"
              value={(definition as { inputs?: unknown }).inputs}
              empty="Accepts any input."
            />
            <Json
              title="Settings"
              value={(definition as { settings?: unknown }).settings}
              empty="Default settings."
            />
            <Json
              title="Output"
              value={(definition as { output?: unknown }).output}
              empty="The output of the last steps."
            />
          </>
        )}
      </aside>
    </div>
  )
}
