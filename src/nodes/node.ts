// Defines a node type: one file with its schema, its ports and what it does. The registry, the validator, the reference, the JSON
// Schema of `GET /workflows/node-types` and the run object all use only this.
import type * as z from 'zod'
import type { Json } from '../core/json.ts'
import type { NodeError, Wait } from '../engine/model/event.ts'
import type { NodeTypeInfo } from '../engine/model/node-type.ts'
import type { Usage } from '../engine/model/usage.ts'
import type { HttpAnswer } from '../objects/workflow-run.ts'
import type { NodePorts } from './ports.ts'

export type NodeCategory =
  | 'data'
  | 'flow'
  | 'http'
  | 'notify'
  | 'store'
  | 'ai'
  | 'code'
  | 'file'
  | 'deploy'
  | 'n8n'

/** The result of a call: an outcome, a wait that the engine keeps, or a failure. */
export type NodeResult =
  | {
      output: unknown
      port?: string
      /** Responds to the request that started the run, if one is waiting. Only the first response of a run counts. */
      respond?: HttpAnswer
      /** The usage of a model call. */
      usage?: Usage
    }
  | {
      wait: Wait
      /** What a person or a later signal needs to know. Stored and shown with the wait. */
      detail?: Json
    }
  | { error: NodeError; usage?: Usage }

/** A person's decision on an approval, as recorded by the run. */
export type Decision = {
  by: string
  decision: 'approve' | 'reject'
  comment: string | null
  data: Json
  at: string
  /** Set if the person who started the run made the decision. */
  self?: true
}

/** What a node sees of its activation. It does not depend on the clock or the process, so another attempt sees the same. */
export type NodeInput<Params> = {
  /** Evaluated and parsed, except those in `deferred`. */
  params: Params
  /** The output of the predecessor, or an object by node id if the graph has several. Loop edges do not count. */
  prev: unknown
  /** Outputs of the predecessors whose edge was taken, by node id. */
  taken: Readonly<Record<string, unknown>>
  /**
   * In a built-in body: the outputs of one of its nodes in all rounds so far. It cannot read other parts of the run.
   */
  inside: (id: string) => { iteration: number; output: unknown }[]
  /** An earlier run has tried it and failed, or left its outcome open. */
  isAgain: boolean
  /** Evaluates a parameter in `deferred`, for example for each item. Throws NodeFailure if that fails. */
  evaluate: (param: string, extra: { item?: unknown; index?: number }) => unknown
  /** Whether this port has an edge. */
  hasEdge: (port: string) => boolean
  /** When this attempt started. In expressions, `now` is when the node first became ready. */
  nowMs: number
  path: string
  attempt: number
  /** The number of failed attempts. An attempt lost in a crash does not count, because what it started may still be used. */
  failures: number
  /** The same on every attempt, so that effects can be repeated safely. */
  idempotencyKey: string
  /** The integration that the node uses, by id or name. */
  credential: string | null
  run: { id: string; workflowId: string | null; teamId: string; startedBy: string | null; depth: number }
}

type NodeTypeBase<Schema extends z.ZodType> = Omit<NodeTypeInfo, 'params' | 'pure'> & {
  category: NodeCategory
  summary: string
  /** Validation after evaluation. Before it, a string with an expression can stand for anything. */
  params: Schema
  /** In words, because the output of most nodes depends on their input. */
  output: string
  example: Record<string, unknown>
  /**
   * For a node with several ports: the port of a mock that sets none, from the parameters or the mock's output. Undefined if these do
   * not determine it.
   */
  mockPort?: 'computed' | ((output: Json) => string | undefined)
  /** For a node that waits for a signal: its outcome, or null if this signal does not match. */
  onSignal?: (input: NodeInput<z.output<Schema>>, data: Json) => NodeResult | null
  /** For a node that waits for people: its outcome, or null if more decisions are needed. Gets all decisions so far. */
  onDecision?: (detail: Json, decisions: readonly Decision[]) => NodeResult | null
}

/** Computes immediately and without effects. It runs inside the run object's own turn, many nodes per commit. */
export type PureNode<Schema extends z.ZodType = z.ZodType> = NodeTypeBase<Schema> & {
  pure: true
  compute: (input: NodeInput<z.output<Schema>>) => NodeResult
}

/** Has effects through its ports. It may be repeated after a crash, with the same key. */
export type EffectNode<Schema extends z.ZodType = z.ZodType> = NodeTypeBase<Schema> & {
  pure: false
  run: (ports: NodePorts, input: NodeInput<z.output<Schema>>, signal: AbortSignal) => Promise<NodeResult>
  /** Undoes its own effect during a compensation. It gets no parameters. */
  undo?: (ports: NodePorts, input: NodeInput<unknown>, signal: AbortSignal) => Promise<NodeResult>
}

export type NodeType = PureNode | EffectNode

export const pureNode = <Schema extends z.ZodType>(node: Omit<PureNode<Schema>, 'pure'>): NodeType =>
  ({ ...node, pure: true }) as unknown as NodeType

export const effectNode = <Schema extends z.ZodType>(node: Omit<EffectNode<Schema>, 'pure'>): NodeType =>
  ({ ...node, pure: false }) as unknown as NodeType

/** Thrown by `evaluate` and by ports. The run object turns it into the node's error. */
export class NodeFailure extends Error {
  readonly error: NodeError

  constructor(error: NodeError) {
    super(error.message)
    this.name = 'NodeFailure'
    this.error = error
  }
}

/** One of our own bindings did not respond. The attempt does not count as a failure and is repeated. */
export class PlatformUnavailable extends Error {
  constructor(what: string, cause?: unknown) {
    super(`${what} does not respond`, { cause })
    this.name = 'PlatformUnavailable'
  }
}
