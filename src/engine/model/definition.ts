import * as z from 'zod'
import { DAY_MS } from '../../core/clock.ts'
import { isForbiddenKey } from '../../core/json.ts'
import { refineSchedule, scheduleTriggerShape } from '../schedule/trigger.ts'
import { webhookTriggerShape } from '../triggers/webhook-trigger.ts'

export const LIMITS = {
  nodes: 1_000,
  edges: 10_000,
  definitionBytes: 1_048_576,
  depth: 64,
  activations: 100_000,
  items: 10_000,
  iterations: 10_000,
  /** Nested loops. Every path inside contains one number for each. */
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

const YEAR_MS = 366 * DAY_MS
const duration = z.number().int().min(1).max(YEAR_MS)

export type NodeId = z.infer<typeof NodeId>
export const NodeId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, "_" and "-", 1 to 64 of them')
  .refine(
    (id) => !isForbiddenKey(id),
    'not a name for a node: __proto__, constructor and prototype are reserved',
  )

const PortName = z.string().min(1).max(64)

export type RetryPolicy = z.infer<typeof RetryPolicy>
export const RetryPolicy = z.strictObject({
  attempts: z.number().int().min(1).max(100).describe('The number of attempts, including the first.'),
  delayMs: z.number().int().min(0).max(DAY_MS).optional().meta({
    description: 'The delay after the first failed attempt.',
    default: DEFAULTS.retryDelayMs,
  }),
  factor: z.number().min(1).max(10).optional().meta({
    description: 'The factor by which each delay grows.',
    default: DEFAULTS.retryFactor,
  }),
  maxDelayMs: z.number().int().min(0).max(DAY_MS).optional().meta({
    description:
      'The longest delay between two attempts. It also limits `Retry-After` of a response, for which the default is an hour.',
    default: DEFAULTS.retryMaxDelayMs,
  }),
  jitter: z.boolean().optional().meta({
    description:
      'Shortens each delay by a random part of up to half, so that many runs do not retry at the same time.',
    default: false,
  }),
})

export type Each = z.infer<typeof Each>
export const Each = z.strictObject({
  items: z.union([z.string(), z.array(z.unknown())]).describe('A list, or an expression for one.'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('The number of concurrent items. Default: `settings.maxParallel`.'),
  onItemError: z.enum(['fail', 'skip', 'collect']).optional().meta({
    description:
      'The effect of a failed item: `fail` fails the node, `skip` omits the item from the output, `collect` replaces it by `{ error }`.',
    default: 'fail',
  }),
})

export type Node = z.infer<typeof Node>
export const Node = z.strictObject({
  id: NodeId.describe('The id of the node in edges and expressions, unique in the definition.'),
  type: z.string().min(1).max(100).describe('The type of the node.'),
  name: z.string().max(200).optional().describe('A title for people.'),
  params: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The parameters of the type. Strings can contain expressions.'),
  retry: RetryPolicy.optional().describe('Retries the node when it fails. Default: no retries.'),
  timeoutMs: duration
    .optional()
    .describe(
      'The time limit of each attempt, including its waits; a shorter limit of a wait applies first. Default: 60000, or no limit for nodes that wait.',
    ),
  onError: z
    .enum(['fail', 'continue', 'route'])
    .optional()
    .describe(
      'The effect of a failure after the last attempt: `fail` fails the run, `continue` continues at the port `main`, `route` at the port `error`. Default: `settings.onError`.',
    ),
  each: Each.optional().describe(
    'Runs the node once for each item of a list. Its output is the list of outputs.',
  ),
  when: z
    .union([z.string(), z.boolean()])
    .optional()
    .describe('An expression. If it is not true, the node is skipped.'),
  credential: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The integration of the team that authenticates the node, by id or name.'),
  disabled: z
    .boolean()
    .optional()
    .meta({ description: 'Passes its input on instead of running.', default: false }),
  effect: z.enum(['at-least-once', 'at-most-once']).optional().meta({
    description:
      'How an attempt that was lost in a crash is handled: `at-least-once` repeats it with the same idempotency key, `at-most-once` leaves the node `unknown` until a person decides.',
    default: 'at-least-once',
  }),
  offload: z.boolean().optional().meta({
    description:
      'Stores an output over 256 KB as a file of the run; otherwise, this happens above 8 MB. Expressions then see `{ $file, name, type, sizeBytes, sha256 }`, and `file.read` reads the file.',
    default: false,
  }),
  undo: NodeId.optional().describe(
    'The node that undoes the effect of this one when the run is undone. It has no edges.',
  ),
  position: z.unknown().optional().describe('The position of the node in an editor. Not used otherwise.'),
  notes: z.string().max(10_000).optional().describe('A note for people.'),
  meta: z.unknown().optional().describe('Your own data. Not used by the system.'),
})

export type Edge = z.infer<typeof Edge>
export const Edge = z.strictObject({
  from: NodeId.describe('The node that the edge leaves.'),
  to: NodeId.describe('The node that the edge leads to. It starts when all its incoming edges are settled.'),
  port: PortName.optional().meta({ description: 'The port of the source node.', default: 'main' }),
  toPort: PortName.optional().meta({
    description: 'The input of the target node. Every node has one.',
    default: 'main',
  }),
  back: z.boolean().optional().meta({
    description: 'The edge leads back to an earlier node, which creates a loop.',
    default: false,
  }),
  maxIterations: z.number().int().min(1).max(LIMITS.iterations).optional().meta({
    description: 'With `back: true`, the maximum number of iterations.',
    default: DEFAULTS.maxIterations,
  }),
})

export type Settings = z.infer<typeof Settings>
export const Settings = z.strictObject({
  timeoutMs: duration.optional().describe('The maximum active time of a run, without waits and pauses.'),
  deadlineMs: duration.optional().describe('The maximum time from the start of a run.'),
  maxParallel: z.number().int().min(1).max(100).optional().meta({
    description: 'The number of nodes of a run that can be active at the same time.',
    default: DEFAULTS.maxParallel,
  }),
  title: z
    .string()
    .max(1_000)
    .optional()
    .describe(
      'The title of a run in lists, such as `Order {{ input.orderId }}`. It is evaluated once, at the start, and can use input, vars, run, workflow and now. If the evaluation fails, the run has no title.',
    ),
  isolation: z.enum(['shared', 'own']).optional().meta({
    description:
      'Where runs are stored. `own` gives each run its own Durable Object, so it shares nothing with other runs. This costs more for each run.',
    default: 'shared',
  }),
  onError: z.enum(['fail', 'continue']).optional().meta({
    description:
      'The default for nodes without `onError`. `continue` continues at the port `main`; nodes without that port, such as `flow.if`, fail the run.',
    default: 'fail',
  }),
  concurrency: z
    .strictObject({
      limit: z.number().int().min(1).max(1_000).describe('The number of active runs with the same key.'),
      key: z
        .string()
        .max(1_000)
        .optional()
        .describe(
          'The limit applies to each value of this expression, which can use input, vars, run, workflow and now. If the evaluation fails, the start is rejected; for a start by a trigger, the run fails.',
        ),
      whenFull: z.enum(['queue', 'reject', 'replace']).optional().meta({
        description:
          'How a start without a free slot is handled: `queue` waits in line, `reject` rejects it, `replace` cancels the oldest active run and the queued runs that have not begun.',
        default: 'queue',
      }),
      scope: z.enum(['run', 'active']).optional().meta({
        description:
          'When a run uses a slot: `run` from its start to its end, `active` only while it works. With `active`, a run that only waits gives its slot to others, and needs one again before the next node starts.',
        default: 'run',
      }),
    })
    .optional()
    .describe(
      'Limits the number of active runs. A sub-workflow that its parent waits for uses its parent’s slot.',
    ),
})

/** The definition without its nodes and edges. These are checked one by one, so that every problem is reported. */
export type DefinitionHead = z.infer<typeof DefinitionHead>
export const DefinitionHead = z.strictObject({
  name: z.string().max(200).optional().describe('The title. It is the default name in an import.'),
  description: z.string().max(10_000).optional().describe('The purpose of the workflow.'),
  inputs: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'The JSON Schema of the input. A start whose input does not match it is rejected; defaults are inserted.',
    ),
  settings: Settings.optional().describe('The settings of its runs.'),
  nodes: z.array(z.unknown()).describe('The nodes.'),
  edges: z.array(z.unknown()).optional().describe('The order of the nodes.'),
  output: z
    .unknown()
    .optional()
    .describe(
      'The result of a run: any value, with expressions. Default: the outputs of the nodes without outgoing edges.',
    ),
  meta: z.unknown().optional().describe('Your own data. Not used by the system.'),
})

export type Definition = z.infer<typeof Definition>
export const Definition = DefinitionHead.extend({
  nodes: z.array(Node).describe('The nodes.'),
  edges: z.array(Edge).optional().describe('The order of the nodes.'),
})

/** `params.body` of a `flow.group`. */
export type Body = z.infer<typeof Body>
export const Body = z.strictObject({
  nodes: z.array(Node).describe('The inner nodes. Their ids are unique in the definition.'),
  edges: z
    .array(Edge)
    .optional()
    .describe('The order of the nodes. An edge cannot connect a node of the body with one outside.'),
  output: z
    .unknown()
    .optional()
    .describe(
      'The output of the node: any value, with expressions. Default: the outputs of the inner nodes without outgoing edges.',
    ),
})
export const BodyHead = z.strictObject({
  nodes: z.array(z.unknown()),
  edges: z.array(z.unknown()).optional(),
  output: z.unknown().optional(),
})

const triggerBase = {
  key: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Identifies the trigger in the workflow, across all versions. Default: its type.'),
  entry: NodeId.optional().describe('The node to start from. Default: all nodes without incoming edges.'),
}

export type Trigger = z.infer<typeof Trigger>
export const Trigger = z.discriminatedUnion('type', [
  z.strictObject({ ...triggerBase, ...scheduleTriggerShape }).superRefine(refineSchedule),
  z.strictObject({ ...triggerBase, ...webhookTriggerShape }),
  z.strictObject({
    ...triggerBase,
    type: z.literal('event').describe('Starts runs when the team receives an event (`POST /api/v1/events`).'),
    name: z
      .string()
      .min(1)
      .max(200)
      .describe('The name of the event, such as `order.created`. `*` matches any characters.'),
    filter: z
      .union([z.string(), z.boolean()])
      .optional()
      .describe(
        'An expression. Only events for which it is true start a run. It can use the event as `input` (`{ name, data, id, at }`), its data as `item`, and `now`.',
      ),
  }),
  z.strictObject({
    ...triggerBase,
    type: z.literal('manual').describe('Starts runs manually or through the API.'),
  }),
])

export type Triggers = z.infer<typeof Triggers>
export const Triggers = z.array(Trigger).max(LIMITS.triggers)
