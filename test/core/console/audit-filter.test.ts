import { expect, test } from 'vitest'
import { auditQueryOf, readAuditFilter } from '../../../console/src/features/settings/model/audit.ts'

test('unknown and empty filters of the audit log are ignored', () => {
  const search = {
    page: 'audit',
    actor: ' usr_1 ',
    action: '',
    target: 3,
    from: '2026-12-01',
    to: 'tomorrow',
  }
  expect(readAuditFilter(search)).toEqual({ actor: 'usr_1', from: '2026-12-01' })
  expect(readAuditFilter({ from: '2026-13-40', to: '2026-1-1' })).toEqual({})
  expect(readAuditFilter({ action: 'x'.repeat(200) }).action).toHaveLength(100)
})

test('the last day belongs to the range, also at the end of a month', () => {
  const { from, to, action } = auditQueryOf({ from: '2026-11-30', to: '2026-11-30', action: 'team.updated' })
  expect(action).toBe('team.updated')
  expect(new Date(from ?? '')).toEqual(new Date(2026, 10, 30))
  expect(new Date(to ?? '')).toEqual(new Date(2026, 11, 1))
})
