// What a deployment is, for people: its status, how far it is, what it can do next.
import type { Shown } from '../../../ui/status.ts'
import { isActive } from './filter.ts'

const SIGNS: Record<string, { shown: Shown; label: string }> = {
  queued: { shown: 'queued', label: 'Queued' },
  preparing: { shown: 'running', label: 'Preparing' },
  uploading: { shown: 'running', label: 'Uploading' },
  processing: { shown: 'running', label: 'Processing' },
  ready: { shown: 'succeeded', label: 'Ready' },
  failed: { shown: 'failed', label: 'Failed' },
  cancelled: { shown: 'cancelled', label: 'Cancelled' },
}

export const signOf = (status: string): { shown: Shown; label: string } =>
  SIGNS[status] ?? { shown: 'unknown', label: status }

type Progress = { status: string; files: { changed: number; sent: number } }

/** In percent. What the platform does with the files afterwards has no measure. */
export function progressOf({ status, files }: Progress): number {
  if (status === 'ready') return 100
  if (status === 'processing') return 90
  if (status !== 'uploading' || files.changed === 0) return 5
  return 5 + Math.round((files.sent / files.changed) * 85)
}

export type Verb = 'cancel' | 'promote' | 'rollback' | 'redeploy' | 'refresh' | 'delete'

type Acting = {
  status: string
  environment: string
  readyAt: string | null
  error: { code: string } | null
}

/** What the server would accept now. */
export function verbsOf({ status, environment, readyAt, error }: Acting): Verb[] {
  if (isActive(status)) return status === 'processing' ? ['refresh', 'cancel'] : ['cancel']
  const isTimeout = error?.code === 'deployment.timeout'
  return [
    'delete',
    ...(isTimeout ? (['refresh'] as const) : []),
    'redeploy',
    ...(readyAt !== null && environment === 'production' ? (['rollback'] as const) : []),
    ...(readyAt !== null && environment === 'preview' ? (['promote'] as const) : []),
  ]
}

type Source = { files?: unknown[]; zip?: string; runId?: string; prefix?: string; base?: string }

/** Where its files come from, in words. */
export function sourceText(source: unknown): string {
  const { files, zip, runId, prefix, base } = (source ?? {}) as Source
  const inside = base ? `, folder ${base}` : ''
  if (zip !== undefined) return `${zip}${inside}`
  if (prefix !== undefined) return prefix
  if (runId !== undefined) return `The files of a run${inside}`
  const count = files?.length ?? 0
  return `${count} ${count === 1 ? 'file' : 'files'}${inside}`
}

export const runOf = (source: unknown): string | null => (source as Source | null)?.runId ?? null

/** Only addresses that a browser opens as a page. */
export const webAddress = (url: string | null): string | null =>
  url !== null && /^https?:\/\//i.test(url) ? url : null

const ACTIONS: Record<string, string> = {
  deploy: 'Deployed',
  redeploy: 'Deployed again',
  promote: 'Promoted',
  rollback: 'Rolled back',
}

export const actionText = (action: string): string => ACTIONS[action] ?? action
