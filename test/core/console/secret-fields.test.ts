// Forms that ask for a secret, from which nothing is kept in the browser.
import { expect, test } from 'vitest'
import { hasSecret } from '../../../console/src/ui/form/secret-fields.ts'
import { hideSecrets } from '../../../durable-objects/run-host/show/redaction.ts'

const formOf = (properties: object) => ({ type: 'object', properties })

test.each([
  ['password', 'string', 'x'],
  ['dbPassword', 'string', 'x'],
  ['apiKey', 'string', 'x'],
  ['api_key', 'string', 'x'],
  ['private key', 'string', 'x'],
  ['backupCodes', 'array', ['x']],
  ['otp', 'integer', 5],
  ['hasPassword', 'boolean', true],
  ['inputTokens', 'integer', 5],
  ['inputTokens', 'string', 'x'],
  ['passenger', 'string', 'x'],
  ['key', 'string', 'x'],
])('the field %s of type %s is as secret in a form as in the views of a run', (name, type, value) => {
  const isHidden = hideSecrets({ [name]: value })[name] !== value
  expect(hasSecret(formOf({ [name]: { type } }))).toBe(isHidden)
})

test.each([
  [true, formOf({ pin: { type: 'string', format: 'password' } })],
  [true, formOf({ pin: { type: 'string', writeOnly: true } })],
  [true, formOf({ list: { type: 'array', items: formOf({ account: formOf({ token: true }) }) } })],
  [false, formOf({ city: { type: 'string', description: 'password' } })],
  [false, null],
])('a form asks for a secret (%s): %j', (asks, schema) => {
  expect(hasSecret(schema)).toBe(asks)
})
