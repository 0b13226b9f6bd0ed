// The JSON Schema of the events for webhooks.
import * as z from 'zod'
import type { Json } from '../../../core/json.ts'
import { RunEventError } from '../../../objects/run-events.ts'
import { TASK_EVENT_TYPES, TaskEventData } from '../../../objects/team-events.ts'

const time = z.iso.datetime()

const Wait = z.strictObject({
  path: z.string().describe('The node that waits.'),
  kind: z.string().describe('The kind of wait.'),
  name: z.string().nullable().describe('The name of the signal, or the id of the approval or run.'),
  since: time.nullable().describe('Since when it has been waiting.'),
  until: time.nullable().describe('When it stops waiting.'),
})

const NOTHING = z.strictObject({})

/** The content of `data`, by event name. */
const DATA: Record<string, z.ZodType> = {
  'run.waiting': z.strictObject({ waitingFor: z.array(Wait) }),
  'run.succeeded': z.strictObject({
    output: z.unknown().optional().describe('The output. Left out if it is larger than 16 KB.'),
    outputBytes: z.int().optional().describe('The size of the output, if it was left out.'),
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
      status: z.string().describe('Its status at that time.'),
      progress: z.int().describe('How much of the work was done, in percent.'),
      title: z.string().nullable().describe('The title, as set by the workflow.'),
      trigger: z.string().describe('The kind of trigger that started it.'),
      error: RunEventError.nullable().describe('Why it failed.'),
    }),
    workflow: z
      .strictObject({ id: z.string(), name: z.string() })
      .optional()
      .describe('The workflow. Absent if the run does not belong to a workflow.'),
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
      .describe('The user or API key that made the change.'),
    data: z.strictObject({
      id: z.string().describe('The id of the changed object.'),
      version: z.int().optional().describe('Its version, if it has versions.'),
      name: z.string().optional().describe('Its name, if it has one.'),
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
