// The statuses of GPU jobs and their transitions.
import { JOB_STATUSES, type JobStatus } from '../../../db/schema/index.ts'

const NEXT: Record<JobStatus, readonly JobStatus[]> = {
  queued: ['provisioning', 'running', 'failed', 'cancelled'],
  provisioning: ['running', 'failed', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
}

/** The allowed next statuses. The same status is always allowed. */
export const nextStatuses = (from: JobStatus): readonly JobStatus[] => NEXT[from]

export const mayFollow = (from: JobStatus, to: JobStatus): boolean => from === to || NEXT[from].includes(to)

export const hasEnded = (status: JobStatus): boolean => NEXT[status].length === 0

export { JOB_STATUSES, type JobStatus }
