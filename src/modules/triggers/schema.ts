import * as z from 'zod'
import { Triggers } from '../../engine/model/definition.ts'
import { scheduleTriggerShape } from '../../engine/schedule/trigger.ts'
import { pageOf } from '../../http/pagination.ts'

/** Checked together with the definition, so that all problems of both are reported at once. */
export const TriggersInput = z.array(z.record(z.string(), z.unknown())).meta({
  id: 'TriggersInput',
  description:
    'The triggers of a version: schedule, webhook, event or manual. `auth` of a webhook can also contain its `secret`, which is stored encrypted and never shown.',
})

/** The secret that deliveries of a webhook are checked with. */
export const TriggerSecret = z
  .string()
  .min(8)
  .max(1000)
  .regex(/^[\x21-\x7e]+$/, 'must have only visible ASCII characters')
  .describe(
    'With `hmac`, a secret that starts with `whsec_` is decoded as base64. All other secrets are used as they are.',
  )

export const StoredTriggers = Triggers.meta({ id: 'Triggers' })
export type StoredTriggers = z.infer<typeof StoredTriggers>
export type StoredTrigger = StoredTriggers[number]

const [, webhook, event, manual] = StoredTriggers.element.options

const view = {
  id: z.string(),
  key: z.string(),
  active: z.boolean(),
}

/** A trigger with the properties of its key, which survive new versions. */
export const Trigger = z
  .discriminatedUnion('type', [
    z.strictObject({
      ...scheduleTriggerShape,
      entry: z.string().optional(),
      ...view,
      nextFireAt: z.iso.datetime().nullable().describe('Null while the workflow is inactive.'),
      lastFireAt: z.iso.datetime().nullable(),
    }),
    z.strictObject({
      ...webhook.shape,
      ...view,
      url: z
        .string()
        .nullable()
        .describe(
          'The URL for deliveries. Null without the scope `workflows:write`, because the URL starts runs.',
        ),
      hasSecret: z.boolean().describe('Whether it has a secret for checking deliveries.'),
    }),
    z.strictObject({ ...event.shape, ...view }),
    z.strictObject({ ...manual.shape, ...view }),
  ])
  .meta({ id: 'Trigger' })
export type Trigger = z.infer<typeof Trigger>

export const TriggerList = pageOf(Trigger, {
  version: z.int().describe('The version of the workflow that the triggers belong to.'),
}).meta({ id: 'TriggerList' })
export type TriggerList = z.infer<typeof TriggerList>

export const ListUpcoming = z.strictObject({
  workflowId: z.string().max(64).optional(),
  each: z.coerce
    .number()
    .int()
    .min(1)
    .max(20)
    .default(1)
    .describe('How many fire times to list for each schedule.'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
export type ListUpcoming = z.infer<typeof ListUpcoming>

export const UpcomingFire = z
  .strictObject({
    at: z.iso.datetime().describe('When the schedule fires.'),
    workflowId: z.string(),
    workflowName: z.string(),
    triggerKey: z.string().describe('The key of the trigger in its workflow.'),
    cron: z.string().nullable().describe('The schedule, if it is a cron expression.'),
    everyMs: z.number().nullable().describe('The schedule, if it is an interval.'),
    timezone: z.string().describe('The time zone of a cron expression.'),
  })
  .meta({ id: 'UpcomingFire' })
export type UpcomingFire = z.infer<typeof UpcomingFire>

export const UpcomingFirePage = pageOf(UpcomingFire).meta({ id: 'UpcomingFirePage' })

export const SetTriggers = z.strictObject({ triggers: TriggersInput }).meta({ id: 'SetTriggers' })
export type SetTriggers = z.infer<typeof SetTriggers>

export const SetTriggerSecret = z.strictObject({ secret: TriggerSecret }).meta({ id: 'SetTriggerSecret' })
export type SetTriggerSecret = z.infer<typeof SetTriggerSecret>
