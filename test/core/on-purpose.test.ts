import { expect, test } from 'vitest'
import { newsFilter, onPurpose } from '../helpers/on-purpose.ts'

const CAUSED = `uncaught exception; source = Uncaught (in promise); stack = Error: ${onPurpose('dead')}\n    at take (a.ts:1:1)\n`
const LOST = 'exception = kj/async-io.c++:2008: disconnected: pipe ended prematurely\nstack: workerd@5f4\n'
const BROKEN = 'uncaught exception; stack = TypeError: x is undefined\n    at work (a.ts:1:1)\n'

test.each([
  ['', CAUSED],
  [BROKEN, BROKEN],
  [LOST, LOST],
  [`a log line about ${onPurpose('dead')}\n`, `a log line about ${onPurpose('dead')}\n`],
  [`${BROKEN}${onPurpose('dead')}\n`, `${BROKEN}${onPurpose('dead')}\n`],
  [`${BROKEN}test passed\n`, `${CAUSED}${BROKEN}${CAUSED}test passed\n${LOST}`],
])('prints %j of %j', (news, text) => {
  expect(newsFilter()(text, 0)).toBe(news)
})

test('a lost connection is only left out soon after an error that a test has caused', () => {
  const newsOf = newsFilter()
  expect([newsOf(CAUSED, 1000), newsOf(LOST, 2000), newsOf(LOST, 20_000)]).toEqual(['', '', LOST])
})
