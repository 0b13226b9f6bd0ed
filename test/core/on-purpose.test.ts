import { expect, test } from 'vitest'
import { isOnPurpose, onPurpose } from '../helpers/on-purpose.ts'

test.each([
  [
    true,
    `uncaught exception; source = Uncaught (in promise); stack = Error: ${onPurpose('dead')}\n    at take (a.ts:1:1)`,
  ],
  [
    true,
    'exception = kj/async-io.c++:2008: disconnected: fixed-length pipe ended prematurely\nstack: workerd@5f4',
  ],
  [
    false,
    `uncaught exception; stack = TypeError: x is undefined\n    at work (a.ts:1:1)\n${onPurpose('dead')}`,
  ],
  [false, `a log line about ${onPurpose('dead')}`],
])('a test has caused it (%s): %s', (is, message) => {
  expect(isOnPurpose(message)).toBe(is)
})
