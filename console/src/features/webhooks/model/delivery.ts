import type { Shown } from '../../../ui/status.ts'

export const STATUSES = ['pending', 'succeeded', 'failed'] as const
export type DeliveryStatus = (typeof STATUSES)[number]

type Delivery = { status: DeliveryStatus; attempt: number; nextAttemptAt: string | null }

/** A pending delivery waits for its first or next attempt, or is held while the webhook is paused. */
export function signOf({ status, attempt, nextAttemptAt }: Delivery): { shown: Shown; label: string } {
  if (status === 'succeeded') return { shown: 'succeeded', label: 'Delivered' }
  if (status === 'failed') return { shown: 'failed', label: 'Failed' }
  if (nextAttemptAt === null) return { shown: 'skipped', label: 'Held' }
  return attempt === 0 ? { shown: 'queued', label: 'Waiting' } : { shown: 'retrying', label: 'Retrying' }
}

type Endpoint = {
  active: boolean
  disabledReason: 'gone' | 'failing' | null
  failingSince: string | null
  filterError: unknown
}

export function stateOf({ active, disabledReason, failingSince, filterError }: Endpoint): {
  shown: Shown
  label: string
} {
  if (disabledReason !== null) return { shown: 'failed', label: 'Disabled' }
  if (!active) return { shown: 'skipped', label: 'Paused' }
  if (failingSince !== null) return { shown: 'failed', label: 'Failing' }
  if (filterError !== null) return { shown: 'failed', label: 'Filter fails' }
  return { shown: 'succeeded', label: 'Active' }
}

/** Why the server has disabled it. */
export const reasonText = (reason: 'gone' | 'failing' | null): string | null =>
  reason === 'gone'
    ? 'The receiver answered 410: it wants no more events.'
    : reason === 'failing'
      ? 'All deliveries have failed for five days.'
      : null
