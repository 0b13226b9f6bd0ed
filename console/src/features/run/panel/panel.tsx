import { stepOf } from '../model/path.ts'
import { useRunView } from '../run-view.ts'
import styles from './panel.module.css'
import { RunPanel } from './run-panel.tsx'
import { StepPanel } from './step-panel.tsx'

export function Panel() {
  const { outline, chosen } = useRunView()
  const step = chosen === null ? undefined : outline.byKey.get(stepOf(chosen))
  return (
    <section className={styles.panel} aria-label={step ? `Step ${step.name}` : 'The run'}>
      {step && chosen !== null ? <StepPanel key={step.key} step={step} path={chosen} /> : <RunPanel />}
    </section>
  )
}
