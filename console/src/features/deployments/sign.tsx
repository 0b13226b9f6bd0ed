import { Glyph } from '../../ui/glyph.tsx'
import { toneOf } from '../../ui/status.ts'
import styles from './deployments.module.css'
import { progressOf, signOf } from './model/deployment.ts'
import type { Deployment } from './queries.ts'

/** The status of a row, with its own words. */
export function DeploymentStatus({ deployment }: { deployment: Deployment }) {
  const { shown, label } = signOf(deployment.status)
  return (
    <span className={styles.status} data-tone={toneOf(shown)}>
      <Glyph status={shown} progress={progressOf(deployment)} />
      <span>{label}</span>
    </span>
  )
}
