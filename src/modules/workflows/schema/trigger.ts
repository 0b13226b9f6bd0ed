import * as z from 'zod'
import { Triggers } from '../../../engine/definition.ts'
import { scheduleTriggerShape } from '../../../engine/schedule/trigger.ts'

/** Checked with the definition they belong to, so that all problems of both are told at once. */
export const TriggersInput = z.array(z.record(z.string(), z.unknown())).meta({
  id: 'TriggersInput',
  description:
    'As `triggers` of a version: schedule, webhook, event or manual. `auth` of a webhook may hold its `secret` besides, which is sealed and never shown.',
})

/** What deliveries of a webhook are checked with. */
export const TriggerSecret = z
  .string()
  .min(8)
  .max(1000)
  .regex(/^[\x21-\x7e]+$/, 'visible ASCII characters only')
  .describe(
    'With `hmac`, `whsec_…` stands for the bytes that follow in base64; anything else, and any secret of a service, for itself.',
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

/** A trigger with what belongs to its key: these survive versions. */
export const Trigger = z
  .discriminatedUnion('type', [
    z.strictObject({
      ...scheduleTriggerShape,
      entry: z.string().optional(),
      ...view,
      nextFireAt: z.iso.datetime().nullable().describe('Null while the workflow is not active.'),
      lastFireAt: z.iso.datetime().nullable(),
    }),
    z.strictObject({
      ...webhook.shape,
      ...view,
      url: z
        .string()
        .nullable()
        .describe(
          'Where deliveries go. Null without the right `workflows:write`, since the URL starts runs.',
        ),
      hasSecret: z.boolean().describe('Whether it has a secret to check deliveries with.'),
    }),
    z.strictObject({ ...event.shape, ...view }),
    z.strictObject({ ...manual.shape, ...view }),
  ])
  .meta({ id: 'Trigger' })
export type Trigger = z.infer<typeof Trigger>

export const TriggerList = z
  .strictObject({ version: z.int(), triggers: z.array(Trigger) })
  .meta({ id: 'TriggerList' })
export type TriggerList = z.infer<typeof TriggerList>

export const SetTriggers = z.strictObject({ triggers: TriggersInput }).meta({ id: 'SetTriggers' })
export type SetTriggers = z.infer<typeof SetTriggers>
