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
  attempts: z.number().int().min(1).max(100).describe('All tries, the first included.'),
  delayMs: z.number().int().min(0).max(DAY_MS).optional().meta({
    description: 'The wait after the first failed try.',
    default: DEFAULTS.retryDelayMs,
  }),
  factor: z.number().min(1).max(10).optional().meta({
    description: 'Each wait is this much longer than the one before.',
    default: DEFAULTS.retryFactor,
  }),
  maxDelayMs: z.number().int().min(0).max(DAY_MS).optional().meta({
    description:
      'The longest wait between two tries. It also limits what a Retry-After may ask for, which is an hour when this is not set.',
    default: DEFAULTS.retryMaxDelayMs,
  }),
  jitter: z.boolean().optional().meta({
    description: 'Shortens each wait by a share of up to half, so that many runs do not try again together.',
    default: false,
  }),
})

export type Each = z.infer<typeof Each>
export const Each = z.strictObject({
  items: z.union([z.string(), z.array(z.unknown())]).describe('An array, or an expression that gives one.'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('How many items are worked on at a time. Default: `settings.maxParallel`.'),
  onItemError: z.enum(['fail', 'skip', 'collect']).optional().meta({
    description:
      'What a failed item does: `fail` fails the node, `skip` leaves the item out of the output, `collect` puts `{ error }` in its place.',
    default: 'fail',
  }),
})

export type Node = z.infer<typeof Node>
export const Node = z.strictObject({
  id: NodeId.describe('Names the node in edges and expressions. Unique in the whole definition.'),
  type: z.string().min(1).max(100).describe('What the node does: one of the node types.'),
  name: z.string().max(200).optional().describe('A title for people.'),
  params: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The parameters of the type. Any string in them may hold expressions.'),
  retry: RetryPolicy.optional().describe('Tries the node again when it fails. Without it there is one try.'),
  timeoutMs: duration
    .optional()
    .describe(
      'For each attempt, with all that it waits for; the shorter time of a wait itself counts first. Default: 60000 for nodes that work, none for nodes that wait.',
    ),
  onError: z
    .enum(['fail', 'continue', 'route'])
    .optional()
    .describe(
      'What a failure does when no try is left: `fail` fails the run, `continue` goes on at the port `main`, `route` goes on at the port `error`. Default: `settings.onError`.',
    ),
  each: Each.optional().describe(
    'Runs the node once for each item of a list. Its output is the list of outputs.',
  ),
  when: z
    .union([z.string(), z.boolean()])
    .optional()
    .describe('An expression. When it is not true, the node is skipped.'),
  credential: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('An integration of the team that the node signs in with, by id or name.'),
  disabled: z
    .boolean()
    .optional()
    .meta({ description: 'Passes its input on instead of running.', default: false }),
  effect: z.enum(['at-least-once', 'at-most-once']).optional().meta({
    description:
      'What happens to an attempt that was lost in a crash: `at-least-once` makes it again with the same idempotency key, `at-most-once` leaves the node `unknown` until a person decides.',
    default: 'at-least-once',
  }),
  offload: z.boolean().optional().meta({
    description:
      'Puts an output of more than 256 KB into a file of the run. Expressions then see `{ $file, name, type, sizeBytes, sha256 }`, and `file.read` reads it. Without this, that happens above 8 MB.',
    default: false,
  }),
  undo: NodeId.optional().describe(
    'The node that takes back what this one did, when the run is undone. It has no edges of its own.',
  ),
  position: z.unknown().optional().describe('Where an editor draws the node. Kept as it is.'),
  notes: z.string().max(10_000).optional().describe('A note for people.'),
  meta: z.unknown().optional().describe('Anything of your own. Kept as it is.'),
})

export type Edge = z.infer<typeof Edge>
export const Edge = z.strictObject({
  from: NodeId.describe('The node that the edge leaves.'),
  to: NodeId.describe('The node that the edge leads to. It starts when all its incoming edges are settled.'),
  port: PortName.optional().meta({ description: 'The port that the edge leaves by.', default: 'main' }),
  toPort: PortName.optional().meta({ description: 'Every node has one input.', default: 'main' }),
  back: z.boolean().optional().meta({
    description: 'Leads back to an earlier node and so makes a loop.',
    default: false,
  }),
  maxIterations: z.number().int().min(1).max(LIMITS.iterations).optional().meta({
    description: 'On a back edge: how often its loop may run.',
    default: DEFAULTS.maxIterations,
  }),
})

export type Settings = z.infer<typeof Settings>
export const Settings = z.strictObject({
  timeoutMs: duration.optional().describe('Running time: waiting and pausing do not count.'),
  deadlineMs: duration.optional().describe('Wall time from the start.'),
  maxParallel: z.number().int().min(1).max(100).optional().meta({
    description: 'How many nodes of a run may work at a time.',
    default: DEFAULTS.maxParallel,
  }),
  title: z
    .string()
    .max(1_000)
    .optional()
    .describe(
      'What a run is called in lists, such as `Order {{ input.orderId }}`. It is evaluated once, at the start, and may name what a start knows: input, vars, run, workflow and now. Where it cannot be evaluated the run has no title.',
    ),
  isolation: z.enum(['shared', 'own']).optional().meta({
    description:
      'Where runs are kept. `own` gives each run a Durable Object of its own, so that it shares nothing with others; that costs more for each run.',
    default: 'shared',
  }),
  onError: z.enum(['fail', 'continue']).optional().meta({
    description:
      'For nodes that name no policy of their own. `continue` goes on at the port `main`; nodes without one, such as `flow.if`, fail the run.',
    default: 'fail',
  }),
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
      whenFull: z.enum(['queue', 'reject', 'replace']).optional().meta({
        description:
          'What a start does when no slot is free: `queue` waits in line, `reject` is refused, `replace` cancels the oldest run inside and those that have not begun.',
        default: 'queue',
      }),
      scope: z.enum(['run', 'active']).optional().meta({
        description:
          'What takes a slot: the whole run, or only its work. With `active` a run that only waits gives its slot to others, and asks for one again before the next node starts.',
        default: 'run',
      }),
    })
    .optional()
    .describe(
      'How many runs may be at work at a time. Sub-workflows that are waited for share the slot of the run.',
    ),
})

/** What stands around the nodes; nodes and edges are checked one by one, so that each fault is reported. */
export type DefinitionHead = z.infer<typeof DefinitionHead>
export const DefinitionHead = z.strictObject({
  name: z.string().max(200).optional().describe('A title. An import without a name takes it.'),
  description: z.string().max(10_000).optional().describe('What the workflow is for.'),
  inputs: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'JSON Schema of the input. A start whose input does not fit is refused; defaults are filled in.',
    ),
  settings: Settings.optional().describe('How its runs behave.'),
  nodes: z.array(z.unknown()).describe('The steps.'),
  edges: z.array(z.unknown()).optional().describe('What comes after what.'),
  output: z
    .unknown()
    .optional()
    .describe(
      'The result of a run: any value, with expressions. Default: the outputs of the nodes that lead nowhere.',
    ),
  meta: z.unknown().optional().describe('Anything of your own. Kept as it is.'),
})

export type Definition = z.infer<typeof Definition>
export const Definition = DefinitionHead.extend({
  nodes: z.array(Node).describe('The steps.'),
  edges: z.array(Edge).optional().describe('What comes after what.'),
})

/** `params.body` of a `flow.group`. */
export type Body = z.infer<typeof Body>
export const Body = z.strictObject({
  nodes: z.array(Node).describe('The steps inside. Their ids are unique in the whole definition.'),
  edges: z.array(Edge).optional().describe('What comes after what. Edges do not cross the border of a body.'),
  output: z
    .unknown()
    .optional()
    .describe(
      'The output of the node: any value, with expressions. Default: the outputs of the nodes that lead nowhere.',
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
    .describe('Names the trigger among those of the workflow, over all versions. Default: its type.'),
  entry: NodeId.optional().describe('The node that starts. Default: all that have no incoming edge.'),
}

export type Trigger = z.infer<typeof Trigger>
export const Trigger = z.discriminatedUnion('type', [
  z.strictObject({ ...triggerBase, ...scheduleTriggerShape }).superRefine(refineSchedule),
  z.strictObject({ ...triggerBase, ...webhookTriggerShape }),
  z.strictObject({
    ...triggerBase,
    type: z.literal('event').describe('Starts runs by events of the team (`POST /api/v1/events`).'),
    name: z
      .string()
      .min(1)
      .max(200)
      .describe('The name of the event, such as `order.created`. `*` stands for any characters.'),
    filter: z
      .union([z.string(), z.boolean()])
      .optional()
      .describe(
        'An expression; only events for which it is true start a run. It sees the event as `input` (`{ name, data, id, at }`), its data as `item`, and `now`.',
      ),
  }),
  z.strictObject({ ...triggerBase, type: z.literal('manual').describe('Starts runs by hand or by API.') }),
])

export type Triggers = z.infer<typeof Triggers>
export const Triggers = z.array(Trigger).max(LIMITS.triggers)
