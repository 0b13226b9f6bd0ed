// The console knows every kind of notification, and which cannot be turned off.
import { expect, test } from 'vitest'
import {
  ALWAYS,
  KINDS,
  queryOf,
  readFilter,
} from '../../../../console/src/features/notifications/model/filter.ts'
import { kindOf, NOTIFICATION_KINDS } from '../../../../src/modules/notifications/kinds.ts'

test('its kinds are those of the server', () => {
  expect([...KINDS].sort()).toEqual([...NOTIFICATION_KINDS].sort())
  expect([...ALWAYS].sort()).toEqual(NOTIFICATION_KINDS.filter((kind) => kindOf(kind).always).sort())
})

test('unknown filters are ignored', () => {
  expect(readFilter({ show: 'unread', kind: 'run.failed', other: 1 })).toEqual({
    show: 'unread',
    kind: 'run.failed',
  })
  expect(readFilter({ show: 'all', kind: 'constructor' })).toEqual({})
  expect(queryOf({ show: 'read' })).toEqual({ unread: 'false' })
  expect(queryOf({})).toEqual({})
})
