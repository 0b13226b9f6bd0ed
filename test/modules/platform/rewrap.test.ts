import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { openSecret } from '../../../src/core/secret-box.ts'
import { readSettings } from '../../../src/env.ts'
import { triggerSecretPlace } from '../../../src/modules/triggers/index.ts'
import { rewrapTriggerSecrets } from '../../../src/modules/triggers/service/stored-secrets.ts'
import { call, post } from '../../helpers/api.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'

test('after a new key was added, stored secrets are encrypted with it and can be decrypted', async () => {
  const person = await newPerson()
  const made = await post('/api/v1/workflows', person, {
    name: 'Hook',
    definition: { nodes: [{ id: 'a', type: 'flow.noop' }] },
    active: false,
    triggers: [{ type: 'webhook', auth: { type: 'hmac', credential: 'trigger' } }],
  })
  const { id } = made.body.triggers[0]
  await call('PUT', `/api/v1/workflows/${made.body.id}/triggers/webhook/secret`, {
    as: person,
    body: { secret: 'a-secret-of-some-length-0123456789' },
  })
  const old = readSettings(env).SECRETS_KEYS
  const ring = { current: 'next', keys: { ...old.keys, next: 'A'.repeat(43) } }
  // A tick handles a limited number, and other tests have left theirs.
  for (let tick = 0; tick < 20; tick++) await rewrapUnder(ring)
  const row = await env.DB.prepare('SELECT secret FROM workflow_triggers WHERE id = ?')
    .bind(id)
    .first<{ secret: string }>()
  expect(row?.secret).toMatch(/^v1\.next\./)
  const onlyNew = { current: 'next', keys: { next: ring.keys.next } }
  expect(await openSecret(onlyNew, triggerSecretPlace(person.teamId, id), row?.secret ?? '')).toBe(
    'a-secret-of-some-length-0123456789',
  )
  const onlyNext = { current: Object.keys(old.keys)[0] ?? '', keys: { ...old.keys, next: ring.keys.next } }
  for (let tick = 0; tick < 20; tick++) await rewrapUnder(onlyNext)
})

const rewrapUnder = (SECRETS_KEYS: ReturnType<typeof readSettings>['SECRETS_KEYS']) =>
  withContext((request) =>
    rewrapTriggerSecrets({ ...request, settings: { ...request.settings, SECRETS_KEYS } }),
  )
