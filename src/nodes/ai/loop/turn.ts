// What one model call came to, as its activation records it.
import type { Json } from '../../../core/json.ts'
import type { Usage } from '../../../engine/model/usage.ts'
import type {
  FailureReason,
  ModelAnswer,
  ModelToolCall,
  ModelUsage,
} from '../../../providers/models/types.ts'

export type FinishReason =
  | 'stop'
  | 'tool'
  | 'length'
  | 'steps'
  | 'tokens'
  | 'cost'
  | 'time'
  | 'depth'
  | 'loop'
  | 'refused'

/** Why a loop ends that could go on. */
export type LimitReason = Extract<
  FinishReason,
  'tool' | 'steps' | 'tokens' | 'cost' | 'time' | 'depth' | 'loop'
>

type Called = {
  provider: string
  model: string
  /** Its place in the ladder. */
  rung: number
  usage: ModelUsage | null
  costUsd: number | null
  firstTokenMs: number | null
  durationMs: number
}

export type Answered = Called & {
  kind: 'answer'
  text: string
  object?: Json
  messages: Json[]
  calls: ModelToolCall[]
  finishReason: 'stop' | 'length' | 'tool' | 'refused'
  isOffline: boolean
  /** It wants more than it may. */
  limit?: LimitReason
}

export type Failed = Called & {
  kind: 'failed'
  reason: FailureReason
  message: string
  /** What had come; of an answer that breaks its schema, all of it. */
  text: string
  /** Whether followers have seen of it already. */
  hadContent: boolean
  isRepair: boolean
}

/** No call was made: a limit was reached before. */
export type Stopped = {
  kind: 'stopped'
  limit: LimitReason
  /** The limit is one of the team's budget, which no decision about the loop raises. */
  of?: 'team'
}

export type Turn = Answered | Failed | Stopped

/** A turn with what its tools gave. */
export type Round = { turn: Turn; results: Json[] | null; raised: Raised | null }

/** A decision of people that the loop may go on. */
export type Raised = { limit: LimitReason; of?: 'team'; by: Json; at: number }

export function usageOf({ usage, costMicros }: Pick<ModelAnswer, 'usage' | 'costMicros'>): Usage {
  return {
    costMicros: costMicros ?? 0,
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    cachedTokens: usage?.cachedInputTokens ?? 0,
    reasoningTokens: usage?.reasoningTokens ?? 0,
    // A call that never came to a model has used nothing, and has no price to know.
    unpricedCalls: costMicros === null && usage !== null ? 1 : 0,
  }
}
