import { expect, test } from 'vitest'
import { labelOf } from '../../../console/src/ui/form/label.ts'

test.each([
  ['token', 'Token'],
  ['clientId', 'Client id'],
  ['apiUrl', 'API URL'],
  ['spaFallback', 'SPA fallback'],
  ['allowed_hosts', 'Allowed hosts'],
])('the label of %s is "%s"', (name, label) => {
  expect(labelOf(name)).toBe(label)
})
