import { expect, test } from 'vitest'
import { coversHost } from '../../src/modules/integrations/hosts.ts'
import { newReceivers } from '../../src/modules/integrations/service/receivers.ts'
import { typeOf } from '../../src/modules/integrations/types/index.ts'
import type { IntegrationType } from '../../src/modules/integrations/types/type.ts'

test.each([
  ['a.example.com', 'a.example.com', true],
  ['a.example.com', 'b.example.com', false],
  ['a.example.com', 'a.example.com:8443', false],
  ['*.example.com', 'a.example.com', true],
  ['*.example.com', 'a.b.example.com', true],
  ['*.example.com', '*.b.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'evilexample.com', false],
  ['*.example.com', 'a.example.com:8443', false],
  ['*.example.com:8443', 'a.example.com:8443', true],
  ['a.example.com', '*.example.com', false],
])('%s covers %s: %s', (pattern, other, covers) => expect(coversHost(pattern, other)).toBe(covers))

test('new hosts and another token endpoint are receivers; a signing key has none', () => {
  const of = (type: string, before: object, after: object) =>
    newReceivers(
      typeOf(type) as IntegrationType,
      { config: {}, allowedHosts: ['a.example.com'], ...before },
      { config: {}, allowedHosts: ['a.example.com'], ...after },
    )
  expect(of('http.bearer', {}, {})).toEqual([])
  expect(of('http.bearer', {}, { allowedHosts: ['a.example.com', 'b.example.com'] })).toEqual([
    'b.example.com',
  ])
  expect(of('aws-s3', {}, { allowedHosts: ['b.example.com'] })).toEqual([])
  const [old, other] = ['https://a.example.com/t', 'https://b.example.com/t']
  const config = { config: { tokenUrl: old } }
  expect(of('oauth2.client-credentials', config, config)).toEqual([])
  expect(of('oauth2.client-credentials', config, { config: { tokenUrl: other } })).toEqual([other])
})
