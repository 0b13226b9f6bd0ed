// The form of a trigger gives back what it was given, and knows every field of the API.
import { expect, test } from 'vitest'
import * as z from 'zod'
import {
  AUTH,
  draftOf,
  freeKey,
  type Given,
  METHODS,
  storedOf,
  triggerOf,
  withTrigger,
} from '../../../../console/src/features/workflows/model/trigger-form.ts'
import { Triggers } from '../../../../src/engine/model/definition.ts'

const CRON: Given = {
  type: 'schedule',
  key: 'morning',
  cron: '30 8 * * *',
  timezone: 'Europe/Berlin',
  missed: 'all',
}
const GIVEN: Given[] = [
  { ...CRON, jitterMs: 5_000, input: { report: 'daily' }, entry: 'first' },
  { type: 'schedule', key: 'often', everyMs: 90 * 60_000, missed: 'one' },
  { type: 'schedule', key: 'weekly', everyMs: 7 * 86_400_000, missed: 'skip' },
  { type: 'webhook', key: 'open', methods: ['GET', 'POST'], respond: 'immediately' },
  {
    ...{ type: 'webhook', key: 'signed', methods: ['PUT'], path: 'orders/:id', respond: 'on-finish' },
    ...{ idHeader: 'x-id', filter: '{{ item.total > 0 }}' },
    auth: {
      ...{ type: 'hmac', header: 'x-signature', algorithm: 'sha512', encoding: 'base64', prefix: 'v1=' },
      ...{
        timestampHeader: 'x-at',
        signedIdHeader: 'x-id',
        separator: ':',
        toleranceMs: 60_000,
        credential: 'Shop',
      },
    },
  },
  { type: 'event', key: 'paid', name: 'payment.*', filter: "{{ item.currency === 'EUR' }}" },
  { type: 'manual', key: 'by-hand', entry: 'second' },
]

test.each(GIVEN)('$key comes back as it was', (given) => {
  expect(triggerOf(draftOf(given), given)).toEqual(given)
  expect(Triggers.safeParse([triggerOf(draftOf(given), null)]).success).toBe(true)
})

test('what only the view has is not sent', () => {
  const view = { ...CRON, id: 'trg_1', active: true, nextFireAt: null, lastFireAt: null }
  expect(storedOf(view)).toEqual(CRON)
  expect(triggerOf(draftOf(view), view)).toEqual(CRON)
  const hook = { ...GIVEN[3], id: 'trg_2', active: true, url: 'http://x', hasSecret: true } as Given
  expect(triggerOf(draftOf(hook), hook)).toEqual(GIVEN[3])
})

test('a schedule is either of the calendar or an interval, and emptied fields are left out', () => {
  const draft = draftOf(GIVEN[0]!)
  const texts = { ...draft.texts, how: 'interval', every: '2', unit: 'hours', entry: '' }
  expect(triggerOf({ ...draft, texts, input: undefined }, GIVEN[0]!)).toEqual({
    ...{ type: 'schedule', key: 'morning', everyMs: 7_200_000, missed: 'all', jitterMs: 5_000 },
  })
})

test('another kind of authentication leaves out the fields of the one before, and takes the secret', () => {
  const draft = draftOf(GIVEN[4]!)
  const texts = { ...draft.texts, auth: 'github', credential: '', secret: 'a-secret-17' }
  expect(triggerOf({ ...draft, texts }, GIVEN[4]!).auth).toEqual({ type: 'github', secret: 'a-secret-17' })
  expect(triggerOf({ ...draft, texts: { ...texts, auth: 'none' } }, GIVEN[4]!)).not.toHaveProperty('auth')
})

test('a field that the form does not know stays as it is', () => {
  const later = { ...GIVEN[5], later: 'field' } as Given
  expect(triggerOf(draftOf(later), later)).toEqual(later)
})

test('one trigger is added, changed or removed, and the others stay', () => {
  const [a, b, c] = GIVEN as [Given, Given, Given]
  expect(withTrigger([{ ...a, id: 'x' }], null, b)).toEqual([a, b])
  expect(withTrigger([a, b], 1, c)).toEqual([a, c])
  expect(withTrigger([a, b], 0, null)).toEqual([b])
})

test('a new key is one that no other trigger has', () => {
  expect(freeKey('webhook', [])).toBe('webhook')
  expect(freeKey('webhook', ['webhook', 'webhook-2'])).toBe('webhook-3')
})

test('the form has every method, every authentication and each of its fields', () => {
  const schema = z.toJSONSchema(Triggers) as any
  const webhook = schema.items.oneOf.find((one: any) => one.properties.type.const === 'webhook').properties
  expect([...METHODS].sort()).toEqual([...webhook.methods.items.enum].sort())
  const kinds = Object.fromEntries(
    webhook.auth.oneOf.map(({ properties: { type, ...fields } }: any) => [
      type.const,
      Object.keys(fields)
        .map((name) => (name === 'toleranceMs' ? 'tolerance' : name))
        .sort(),
    ]),
  )
  expect(Object.fromEntries(Object.entries(AUTH).map(([type, names]) => [type, [...names].sort()]))).toEqual(
    kinds,
  )
})
