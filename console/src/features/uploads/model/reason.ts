// Why an upload did not work, in words for the person who sent the file.
import type { Problem } from '../../../api/problem.ts'
import { bytes } from '../../../ui/format/time.ts'

type Refused = { problem: Problem | null; sizeBytes: number }

/** What happened, and what to do where the message of the server does not say it. */
export function reasonOf({ problem, sizeBytes }: Refused): string {
  switch (problem?.code) {
    case undefined:
      return 'It was stopped.'
    case 'plan.limit_reached':
      return `There is no room for ${bytes(sizeBytes)} more. Delete files, empty the bin, or choose a larger plan.`
    case 'file.too_large':
      return `${bytes(sizeBytes)} is too large. A file can have at most 50 MB.`
    case 'file.empty':
      return 'The file is empty.'
    case 'file.type_mismatch':
      return 'The content does not match the extension of the name.'
    case 'connection.lost':
      return 'The connection was lost. What has arrived stays there.'
    default:
      return problem?.message ?? ''
  }
}

/** Sending it again could work. */
export const mayRetry = ({ code, status, retryable }: Problem): boolean =>
  code === 'connection.lost' || code === 'plan.limit_reached' || (status !== 0 && retryable)
