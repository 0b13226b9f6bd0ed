import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { inRoot } from '../../scripts/server/paths.ts'

const document = () => JSON.parse(readFileSync(inRoot('docs/openapi.json'), 'utf8')) as Record<string, never>

test('the contract is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate(document())).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('the validator finds errors', async () => {
  const broken = { ...document(), paths: { '/x': { get: { responses: { 200: {} } } } } }
  expect((await new Validator().validate(broken)).valid).toBe(false)
})
