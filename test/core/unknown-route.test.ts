import { expect, test } from 'vitest'
import { describeUnknownRoute } from '../../src/http/unknown-route.ts'

const PATTERNS = [
  '/agents',
  '/agents/types/:type{coder|writer}',
  '/agents/:idOrType{agt_[0-9a-z]+|coder|writer}/execute',
  '/runs/:id{run_[0-9a-z]+}/:what{events}',
  '/files/:name',
]
const NOTHING = 'The route does not exist. All routes are listed in /docs.'

test.each([
  ['/agents/types/poet', '"poet" does not exist there. It can be coder, writer.'],
  ['/agents/poet/execute', '"poet" does not exist there. It can be coder, writer.'],
  [
    `/agents/types/${'x'.repeat(1_000)}`,
    `"${'x'.repeat(100)}" does not exist there. It can be coder, writer.`,
  ],
  ['/agents/types/', NOTHING],
  ['/agents/poet', NOTHING],
  ['/agents/poet/unknown', NOTHING],
  [
    '/runs/run_1/nothing',
    '"run_1" is not a valid id: after its prefix, an id has 26 digits and lower-case letters.',
  ],
  ['/nothing', NOTHING],
])('%s: %s', (path, expected) => {
  expect(describeUnknownRoute(PATTERNS, path)).toBe(expected)
})
