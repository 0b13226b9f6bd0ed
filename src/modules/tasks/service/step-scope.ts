import type { RequestContext } from '../../../context.ts'
import type { Json } from '../../../core/json.ts'

/** What a step of a run that changes or exports tasks is given. */
export type StepScope = {
  request: RequestContext
  teamId: string
  runId: string
  /** Who asked for it. */
  userId: string | null
  input: Json
}
