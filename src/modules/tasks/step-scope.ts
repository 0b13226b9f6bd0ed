import type { RequestContext } from '../../context.ts'
import type { Json } from '../../core/json.ts'

/** The scope of a step in a run that changes or exports tasks. */
export type StepScope = {
  request: RequestContext
  teamId: string
  runId: string
  /** The person who requested it. */
  userId: string | null
  input: Json
}
