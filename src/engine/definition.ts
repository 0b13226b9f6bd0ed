import * as z from 'zod'
import { refineSchedule, scheduleTriggerShape } from './schedule/trigger.ts'
import { webhookTriggerShape } from './webhook-trigger.ts'

export const LIMITS = {
  nodes: 1_000,
  edges: 10_000,
  definitionBytes: 1_048_576,
  depth: 64,
  activations: 100_000,
  items: 10_000,
  iterations: 10_000,
  /** Loops inside loops; every path inside carries one number for each. */
  loopDepth: 8,
  triggers: 50,
} as const

export const DEFAULTS = {
  timeoutMs: 60_000,
  maxParallel: 6,
  maxIterations: 1_000,
  retryDelayMs: 1_000,
  retryFactor: 2,
  retryMaxDelayMs: 300_000,
} as const

const DAY_MS = 86_400_000
const YEAR_MS = 366 * DAY_MS
const duration = z.number().int().min(1).max(YEAR_MS)

export type NodeId = z.infer<typeof NodeId>
export const NodeId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, "_" and "-", 1 to 64 of them')

const PortName = z.string().min(1).max(64)

export type RetryPolicy = z.infer<typeof RetryPolicy>
export const RetryPolicy = z.strictObject({
  attempts: z.number().int().min(1).max(100).describe('All tries, the first included.'),
  delayMs: z.number().int().min(0).max(DAY_MS).optional(),
  factor: z.number().min(1).max(10).optional(),
  maxDelayMs: z
    .number()
    .int()
    .min(0)
    .max(DAY_MS)
    .optional()
    .describe(
      'The longest wait between two tries, default 300000. It also bounds what a Retry-After may ask for, which without it is an hour at most.',
    ),
  jitter: z.boolean().optional(),
})

export type Each = z.infer<typeof Each>
export const Each = z.strictObject({
  items: z.union([z.string(), z.array(z.unknown())]).describe('An array, or an expression that gives one.'),
  concurrency: z.number().int().min(1).max(100).optional(),
  onItemError: z.enum(['fail', 'skip', 'collect']).optional(),
})

export type Node = z.infer<typeof Node>
export const Node = z.strictObject({
  id: NodeId,
  type: z.string().min(1).max(100),
  name: z.string().max(200).optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  retry: RetryPolicy.optional(),
  timeoutMs: duration
    .optional()
    .describe(
      'For each attempt, with all that it waits for; the shorter time of a wait itself counts first.',
    ),
  onError: z.enum(['fail', 'continue', 'route']).optional(),
  each: Each.optional(),
  when: z.union([z.string(), z.boolean()]).optional(),
  credential: z.string().min(1).max(200).optional(),
  disabled: z.boolean().optional(),
  effect: z.enum(['at-least-once', 'at-most-once']).optional(),
  undo: NodeId.optional(),
  position: z.unknown().optional(),
  notes: z.string().max(10_000).optional(),
  meta: z.unknown().optional().describe('Kept word for word.'),
})

export type Edge = z.infer<typeof Edge>
export const Edge = z.strictObject({
  from: NodeId,
  to: NodeId,
  port: PortName.optional(),
  toPort: PortName.optional(),
  back: z.boolean().optional(),
  maxIterations: z
    .number()
    .int()
    .min(1)
    .max(LIMITS.iterations)
    .optional()
    .describe('On a back edge: how often its loop may run.'),
})

export type Settings = z.infer<typeof Settings>
export const Settings = z.strictObject({
  timeoutMs: duration.optional().describe('Running time: waiting and pausing do not count.'),
  deadlineMs: duration.optional().describe('Wall time from the start.'),
  maxParallel: z.number().int().min(1).max(100).optional(),
  title: z
    .string()
    .max(1_000)
    .optional()
    .describe(
      'What a run is called in lists, such as `Order {{ input.orderId }}`. It is evaluated once, at the start, and may name what a start knows: input, vars, run, workflow and now. Where it cannot be evaluated the run has no title.',
    ),
  onError: z
    .enum(['fail', 'continue'])
    .optional()
    .describe(
      'For nodes that name no policy of their own. `continue` goes on at the port `main`; nodes without one, such as `flow.if`, fail the run.',
    ),
  concurrency: z
    .strictObject({
      limit: z.number().int().min(1).max(1_000).describe('Runs with the same key at a time.'),
      key: z
        .string()
        .max(1_000)
        .optional()
        .describe(
          'The limit holds for each value of it. It may name what a start knows: input, vars, run, workflow and now. A start whose key cannot be evaluated is refused; of a trigger the run fails.',
        ),
      whenFull: z
        .enum(['queue', 'reject', 'replace'])
        .optional()
        .describe('Default `queue`. `replace` cancels the oldest run inside and those that have not begun.'),
      scope: z
        .enum(['run', 'active'])
        .optional()
        .describe(
          'What takes a slot: the whole run (default), or only its work. With `active` a run that only waits gives its slot to others, and asks for one again before the next node starts.',
        ),
    })
    .optional()
    .describe(
      'How many runs may be at work at a time. Sub-workflows that are waited for share the slot of the run.',
    ),
})

/** What stands around the nodes; nodes and edges are checked one by one, so that each fault is reported. */
export type DefinitionHead = z.infer<typeof DefinitionHead>
export const DefinitionHead = z.strictObject({
  name: z.string().max(200).optional(),
  description: z.string().max(10_000).optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  settings: Settings.optional(),
  nodes: z.array(z.unknown()),
  edges: z.array(z.unknown()).optional(),
  output: z.unknown().optional(),
  meta: z.unknown().optional(),
})

export type Definition = z.infer<typeof Definition>
export const Definition = DefinitionHead.extend({ nodes: z.array(Node), edges: z.array(Edge).optional() })

/** `params.body` of a `flow.group`. */
export type Body = z.infer<typeof Body>
export const Body = z.strictObject({
  nodes: z.array(Node),
  edges: z.array(Edge).optional(),
  output: z.unknown().optional(),
})
export const BodyHead = z.strictObject({
  nodes: z.array(z.unknown()),
  edges: z.array(z.unknown()).optional(),
  output: z.unknown().optional(),
})

const triggerBase = {
  key: z.string().min(1).max(64).optional().describe('Default: the type.'),
  entry: NodeId.optional().describe('The node that starts; default all that have no incoming edge.'),
}

export type Trigger = z.infer<typeof Trigger>
export const Trigger = z.discriminatedUnion('type', [
  z.strictObject({ ...triggerBase, ...scheduleTriggerShape }).superRefine(refineSchedule),
  z.strictObject({ ...triggerBase, ...webhookTriggerShape }),
  z.strictObject({
    ...triggerBase,
    type: z.literal('event'),
    name: z.string().min(1).max(200),
    filter: z
      .union([z.string(), z.boolean()])
      .optional()
      .describe(
        'An expression; only events for which it is true start a run. It sees the event as `input` (`{ name, data, id, at }`), its data as `item`, and `now`.',
      ),
  }),
  z.strictObject({ ...triggerBase, type: z.literal('manual') }),
])

export type Triggers = z.infer<typeof Triggers>
export const Triggers = z.array(Trigger).max(LIMITS.triggers)
