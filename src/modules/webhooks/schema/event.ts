// What an event for webhooks looks like, as a JSON Schema.
import * as z from 'zod'
import type { Json } from '../../../core/json.ts'
import { RunEventError } from '../../../objects/run-events.ts'
import { TASK_EVENT_TYPES, TaskEventData } from '../../../objects/team-events.ts'

const time = z.iso.datetime()

const Wait = z.strictObject({
  path: z.string().describe('The node that waits.'),
  kind: z.string().describe('What it waits for.'),
  name: z.string().nullable().describe('The name of the signal, or the id of the approval or run.'),
  since: time.nullable().describe('Since when it waits.'),
  until: time.nullable().describe('When it stops waiting.'),
})

const NOTHING = z.strictObject({})

/** What `data` holds, by the name of the event. */
const DATA: Record<string, z.ZodType> = {
  'run.waiting': z.strictObject({ waitingFor: z.array(Wait) }),
  'run.succeeded': z.strictObject({
    output: z.unknown().optional().describe('The output. One of more than 16 KB is left out.'),
    outputBytes: z.int().optional().describe('The size of an output that is left out.'),
  }),
  'run.failed': z.strictObject({ error: RunEventError.nullable() }),
  'run.cancelled': z.strictObject({
    by: z.string().optional().describe('The id of the user, or the part of the service, that cancelled it.'),
  }),
}

const runEvent = (type: string) =>
  z.strictObject({
    type: z.literal(type),
    at: time.describe('When it happened.'),
    teamId: z.string().describe('The team.'),
    run: z.strictObject({
      id: z.string().describe('The id of the run.'),
      status: z.string().describe('Its status then.'),
      progress: z.int().describe('How much of the work was done, in percent.'),
      title: z.string().nullable().describe('The title that its workflow gives it.'),
      trigger: z.string().describe('What started it.'),
      error: RunEventError.nullable().describe('Why it failed.'),
    }),
    workflow: z
      .strictObject({ id: z.string(), name: z.string() })
      .optional()
      .describe('Its workflow. Absent for runs of other things.'),
    data: DATA[type] ?? NOTHING,
  })

const changeEvent = (type: string) =>
  z.strictObject({
    type: z.literal(type),
    at: time.describe('When it happened.'),
    teamId: z.string().describe('The team.'),
    actor: z
      .strictObject({
        kind: z.enum(['user', 'api_key']).describe('A person, or one of their API keys.'),
        userId: z.string(),
        keyId: z.string().nullable(),
      })
      .optional()
      .describe('Who did it.'),
    data: z.strictObject({
      id: z.string().describe('The id of what changed.'),
      version: z.int().optional().describe('Its version, where it has one.'),
      name: z.string().optional().describe('Its name, where it has one.'),
    }),
  })

const taskEvent = (type: string) =>
  z.strictObject({
    type: z.literal(type),
    at: time.describe('When it happened.'),
    teamId: z.string().describe('The team.'),
    data: TaskEventData.describe('The task.'),
  })

const isTaskEvent = (type: string): boolean => (TASK_EVENT_TYPES as readonly string[]).includes(type)

export const schemaOf = (type: string): Record<string, Json> =>
  z.toJSONSchema(
    type.startsWith('run.') ? runEvent(type) : isTaskEvent(type) ? taskEvent(type) : changeEvent(type),
  ) as Record<string, Json>
