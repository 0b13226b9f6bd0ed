// The result of one model call, as its activation records it.
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

/** Why a loop ends that could continue. */
export type LimitReason = Extract<
  FinishReason,
  'tool' | 'steps' | 'tokens' | 'cost' | 'time' | 'depth' | 'loop'
>

type Called = {
  provider: string
  model: string
  /** Its position in the list of models. */
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
  /** The answer requests more than the limit allows. */
  limit?: LimitReason
}

export type Failed = Called & {
  kind: 'failed'
  reason: FailureReason
  message: string
  /** The text so far. If the answer violates its schema, all of it. */
  text: string
  /** Whether followers have already seen part of it. */
  hadContent: boolean
  isRepair: boolean
}

/** No call was made, because a limit was reached. */
export type Stopped = {
  kind: 'stopped'
  limit: LimitReason
  /** The limit is the team's budget, which a decision about the loop does not raise. */
  of?: 'team'
}

export type Turn = Answered | Failed | Stopped

/** A turn with the results of its tools. */
export type Round = { turn: Turn; results: Json[] | null; raised: Raised | null }

/** A person's decision that the loop may continue. */
export type Raised = { limit: LimitReason; of?: 'team'; by: Json; at: number }

export function usageOf({ usage, costMicros }: Pick<ModelAnswer, 'usage' | 'costMicros'>): Usage {
  return {
    costMicros: costMicros ?? 0,
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    cachedTokens: usage?.cachedInputTokens ?? 0,
    reasoningTokens: usage?.reasoningTokens ?? 0,
    // A call that never reached a model has no usage and no price.
    unpricedCalls: costMicros === null && usage !== null ? 1 : 0,
  }
}
