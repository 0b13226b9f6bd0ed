// The catalogue and the forms of integrations in the console, with the types of the server.
import { expect, test } from 'vitest'
import { readIntegrationFilter } from '../../../console/src/features/integrations/model/filter.ts'
import {
  areAllAt,
  bodyOf,
  changesOf,
  errorAt,
  initialValues,
  secretsAskedAgain,
  settingsOf,
  shownOf,
  valuesOfConfig,
} from '../../../console/src/features/integrations/model/form.ts'
import { catalogueOf, needsHosts, partsOf } from '../../../console/src/features/integrations/model/types.ts'
import { daysOf, usersOf } from '../../../console/src/features/integrations/model/usage.ts'
import { describeTypes } from '../../../src/modules/integrations/types/index.ts'

const TYPES = [...describeTypes()]
const typeOf = (name: string) => TYPES.find(({ type }) => type === name)!
const OAUTH = typeOf('oauth2.authorization-code')

test('the catalogue shows each type once', () => {
  const shown = catalogueOf(TYPES, '').flatMap(({ types }) => types.map(({ type }) => type))
  expect(shown.toSorted()).toEqual(TYPES.map(({ type }) => type).toSorted())
})

test.each([
  ['slack', ['slack']],
  ['MAIL grid', ['sendgrid']],
  ['databases', ['neon', 'supabase', 'upstash-redis']],
  ['  ', TYPES.map(({ type }) => type)],
  ['nothing like it', []],
])('the search for "%s" finds types by name, id, group or help', (search, types) => {
  const found = catalogueOf(TYPES, search).flatMap(({ types: some }) => some.map(({ type }) => type))
  expect(found.toSorted()).toEqual([...types].toSorted())
})

test('the form of a type has all of its fields, and sends each where it belongs', () => {
  const type = typeOf('http.basic')
  expect(settingsOf(type).map(({ path }) => path)).toEqual([
    'config/username',
    'config/testUrl',
    'secrets/password',
  ])
  expect(bodyOf({ 'config/username': 'me', 'secrets/password': 'x' })).toEqual({
    config: { username: 'me' },
    secrets: { password: 'x' },
  })
})

test('a known provider hides the addresses of a custom one, and does not send them', () => {
  const values = { 'config/provider': 'github', 'config/tokenUrl': 'https://a.example/token' }
  expect(initialValues(OAUTH)).toEqual({ 'config/provider': 'custom' })
  expect(settingsOf(OAUTH).some(({ name }) => name === 'tokenUrl')).toBe(true)
  expect(settingsOf(OAUTH, values).some(({ name }) => name === 'tokenUrl')).toBe(false)
  expect(shownOf(OAUTH, values)).toEqual({ 'config/provider': 'github' })
})

test('a change sends what differs, null for what was removed, and no secret that was not typed', () => {
  const config = { username: 'me', testUrl: 'https://a.example' }
  expect(changesOf(config, valuesOfConfig(config))).toEqual({})
  expect(changesOf(config, { 'config/username': 'you' })).toEqual({
    config: { username: 'you', testUrl: null },
  })
  expect(changesOf(config, { ...valuesOfConfig(config), 'secrets/password': 'x' })).toEqual({
    secrets: { password: 'x' },
  })
})

test('errors are shown at their fields, also those inside of them', () => {
  const errors = [
    { path: '/secrets/token', message: 'again', code: 'secret_required' },
    { path: '/allowedHosts/0', message: 'not a public host' },
  ]
  expect(errorAt(errors, 'allowedHosts')).toBe('not a public host')
  expect(errorAt(errors, 'secrets/tok')).toBeUndefined()
  expect(secretsAskedAgain(errors)).toEqual(['token'])
  expect(areAllAt(errors, ['secrets/token', 'allowedHosts'])).toBe(true)
  expect(areAllAt(errors, ['secrets/token'])).toBe(false)
  expect(areAllAt([], ['secrets/token'])).toBe(false)
})

test('a list of hosts is needed where neither the type nor a field names one', () => {
  expect(['http.bearer', 'slack', 'n8n', 'webhook'].map((name) => needsHosts(typeOf(name)))).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test('code in help texts is told from words', () => {
  expect(partsOf('Sends `A: b` once')).toEqual([
    { text: 'Sends ', isCode: false },
    { text: 'A: b', isCode: true },
    { text: ' once', isCode: false },
  ])
})

test('days without calls are shown too', () => {
  expect(daysOf('2026-02-27', [{ day: '2026-03-01', calls: 3 }], 3)).toEqual([
    { day: '2026-02-27', calls: 0 },
    { day: '2026-02-28', calls: 0 },
    { day: '2026-03-01', calls: 3 },
  ])
})

test('all that names an integration is a user of it', () => {
  const usage = {
    referencedBy: [{ workflowId: 'wf_1', workflowName: 'Sync' }],
    agents: [{ agentId: 'agt_1', agentName: 'Helper' }],
    tasks: [{ taskId: 'tsk_1', taskTitle: 'Call' }],
    taskTemplates: [{ templateId: 'tpl_1', templateName: 'Calls' }],
    exportsCosts: true,
  }
  expect(usersOf(usage).map(({ kind }) => kind)).toEqual([
    'workflow',
    'agent',
    'task',
    'task template',
    'export',
  ])
})

test('the filters of the list ignore what they do not know', () => {
  expect(readIntegrationFilter({ status: 'failing', type: ' slack ', q: '', other: 1 })).toEqual({
    status: 'failing',
    type: 'slack',
  })
  expect(readIntegrationFilter({ status: 'gone', q: 5 })).toEqual({})
})
