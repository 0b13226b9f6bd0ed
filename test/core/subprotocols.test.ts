import { expect, test } from 'vitest'
import { offeredProtocols } from '../../src/core/subprotocols.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'

test('protocols are split at commas, without the spaces around them', () => {
  expect(offeredProtocols(' orrery.v1 ,\tticket.abc,b')).toEqual(['orrery.v1', 'ticket.abc', 'b'])
  expect(offeredProtocols(null)).toEqual([''])
})

test('a header full of spaces is no work', () => {
  const processorTime = startProcessorTime()
  offeredProtocols(`a${' '.repeat(200_000)}b`)
  expect(processorTime()).toBeLessThan(500)
})
