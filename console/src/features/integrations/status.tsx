import { Glyph, Pill } from '../../ui/glyph.tsx'
import { type Shown, toneOf } from '../../ui/status.ts'
import styles from './integrations.module.css'
import type { IntegrationStatus } from './model/filter.ts'

type Sign = { shown: Shown; label: string }

const SIGNS: Record<IntegrationStatus, Sign> = {
  ok: { shown: 'succeeded', label: 'Works' },
  failing: { shown: 'failed', label: 'Failing' },
  needs_reconnect: { shown: 'waiting', label: 'Needs consent' },
  untested: { shown: 'pending', label: 'Not tested' },
}

export const signOf = (status: IntegrationStatus): Sign => SIGNS[status]

export function StatusText({ status }: { status: IntegrationStatus }) {
  const { shown, label } = SIGNS[status]
  return (
    <span className={styles.status} data-tone={toneOf(shown)}>
      <Glyph status={shown} />
      <span>{label}</span>
    </span>
  )
}

export function StatusPill({ status }: { status: IntegrationStatus }) {
  const { shown, label } = SIGNS[status]
  return <Pill status={shown} label={label} />
}

export const OUTCOMES = {
  ok: { shown: 'succeeded', label: 'Accepted' },
  refused: { shown: 'failed', label: 'Refused' },
  unclear: { shown: 'unknown', label: 'Unclear' },
} as const
