import { Json } from '../../../ui/kit/json.tsx'
import type { StepDef } from '../model/steps.ts'
import type { NodeDetail } from '../queries.ts'
import styles from './panel.module.css'

/** As written in the definition, and as evaluated by the run. */
export function Settings({ step, detail }: { step: StepDef; detail: NodeDetail | undefined }) {
  const { id: _, name: __, type: ___, position: ____, ...written } = step.node
  const { params, ...rest } = written
  const body = step.isGroup ? { ...params, body: '…' } : params
  return (
    <div className={styles.io}>
      <Json title="As written" value={{ ...(body && { params: body }), ...rest }} empty="Nothing is set." />
      <Json title="As evaluated" value={detail?.input} empty="No value on this run." />
    </div>
  )
}
