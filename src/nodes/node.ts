// What a node type is: one file with its schema, its ports and what it does. The registry, the validator, the
// reference, the JSON Schema of `GET /workflows/node-types` and the run object all read this and nothing else.
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

/** What becomes of a call: an outcome, a wait that the engine keeps, or a failure. */
export type NodeResult =
  | {
      output: unknown
      port?: string
      /** Answers the request that started the run, when one is waiting; the first answer of a run counts. */
      respond?: HttpAnswer
      /** What a call of a model has used. */
      usage?: Usage
    }
  | {
      wait: Wait
      /** What a person or a later signal needs to know; kept beside the wait and shown with it. */
      detail?: Json
    }
  | { error: NodeError; usage?: Usage }

/** A person's word on an approval, as the run has recorded it. */
export type Decision = {
  by: string
  decision: 'approve' | 'reject'
  comment: string | null
  data: Json
  at: string
  /** Said by who started the run. */
  self?: true
}

/** What a node sees of its activation. Nothing in it depends on the clock or the process, so a second try sees the same. */
export type NodeInput<Params> = {
  /** Evaluated and parsed, except those named in `deferred`. */
  params: Params
  /** The output of the forward predecessor, or an object by node id when the graph gives several. */
  prev: unknown
  /** Outputs of the predecessors whose edge was taken, by node id. */
  taken: Readonly<Record<string, unknown>>
  /**
   * In a supplied body: what a node of it gave, in each round until now. Nothing else of the run can be read so.
   */
  inside: (id: string) => { iteration: number; output: unknown }[]
  /** A run before this one has tried it and failed, or left it open. */
  isAgain: boolean
  /** Evaluates a parameter named in `deferred`, e.g. for each item. Throws NodeFailure when it cannot. */
  evaluate: (param: string, extra: { item?: unknown; index?: number }) => unknown
  /** Whether an outcome at this port leads anywhere. */
  hasEdge: (port: string) => boolean
  /** When this attempt started. Expressions see the time at which the node first became ready as `now`. */
  nowMs: number
  path: string
  attempt: number
  /** How many attempts have failed. One that was lost in a crash does not count: what it started may still be used. */
  failures: number
  /** The same on every attempt: what makes an effect safe to repeat. */
  idempotencyKey: string
  /** The integration that the node names, by id or name. */
  credential: string | null
  run: { id: string; workflowId: string | null; teamId: string; startedBy: string | null; depth: number }
}

type NodeTypeBase<Schema extends z.ZodType> = Omit<NodeTypeInfo, 'params' | 'pure'> & {
  category: NodeCategory
  summary: string
  /** What is checked after evaluation; before it, a string that holds an expression stands for anything. */
  params: Schema
  /** Described in words: outputs of most nodes depend on what they were given. */
  output: string
  example: Record<string, unknown>
  /**
   * Of a node with several ports, where a mock that names none goes on: as its parameters say, or by the mock's output;
   * undefined when that does not tell.
   */
  mockPort?: 'computed' | ((output: Json) => string | undefined)
  /** Of a node that waits for a signal: its outcome, or null when this signal is not the one. */
  onSignal?: (input: NodeInput<z.output<Schema>>, data: Json) => NodeResult | null
  /** Of a node that waits for people: its outcome, or null when more must speak. Sees all decisions so far. */
  onDecision?: (detail: Json, decisions: readonly Decision[]) => NodeResult | null
}

/** Computes at once, without any effect: it runs inside the run object's own turn, many to a commit. */
export type PureNode<Schema extends z.ZodType = z.ZodType> = NodeTypeBase<Schema> & {
  pure: true
  compute: (input: NodeInput<z.output<Schema>>) => NodeResult
}

/** Reaches the world through its ports. It may be tried again after a crash, with the same key. */
export type EffectNode<Schema extends z.ZodType = z.ZodType> = NodeTypeBase<Schema> & {
  pure: false
  run: (ports: NodePorts, input: NodeInput<z.output<Schema>>, signal: AbortSignal) => Promise<NodeResult>
  /** Undoes by itself what it did, where a compensation asks for that. It is given no parameters. */
  undo?: (ports: NodePorts, input: NodeInput<unknown>, signal: AbortSignal) => Promise<NodeResult>
}

export type NodeType = PureNode | EffectNode

export const pureNode = <Schema extends z.ZodType>(node: Omit<PureNode<Schema>, 'pure'>): NodeType =>
  ({ ...node, pure: true }) as unknown as NodeType

export const effectNode = <Schema extends z.ZodType>(node: Omit<EffectNode<Schema>, 'pure'>): NodeType =>
  ({ ...node, pure: false }) as unknown as NodeType

/** Thrown by `evaluate` and by ports; the run object turns it into the node's error. */
export class NodeFailure extends Error {
  readonly error: NodeError

  constructor(error: NodeError) {
    super(error.message)
    this.name = 'NodeFailure'
    this.error = error
  }
}

/** One of our own bindings did not answer: the attempt does not count as a failure and is tried again. */
export class PlatformUnavailable extends Error {
  constructor(what: string, cause?: unknown) {
    super(`${what} does not answer`, { cause })
    this.name = 'PlatformUnavailable'
  }
}
