// The admin side of the console: filters, what needs attention, settings and announcements.
import { expect, test } from 'vitest'
import {
  announcementBody,
  announcementState,
  audienceText,
  EMPTY_ANNOUNCEMENT,
} from '../../../console/src/features/admin/model/announcements.ts'
import { checksOf, runColumns } from '../../../console/src/features/admin/model/health.ts'
import {
  auditQuery,
  readAudit,
  readHealth,
  readMessages,
  readUsers,
} from '../../../console/src/features/admin/model/search.ts'
import { byName, byPlan, changesOf, formOf } from '../../../console/src/features/admin/model/settings.ts'

test('filters take what is known from the URL', () => {
  expect(readUsers({ q: ' ada ', role: 'root', status: 'disabled', sort: 'email' })).toEqual({
    q: 'ada',
    status: 'disabled',
    sort: 'email',
  })
  expect(readHealth({ last: 'constructor' })).toEqual({})
  expect(readMessages({ status: 'dead', type: 'mail.send', id: 5 })).toEqual({
    status: 'dead',
    type: 'mail.send',
  })
  expect(readAudit({ of: 'team_1', from: '2026-03-02', to: '2026-03-01', team: 'team_2' })).toEqual({
    of: 'team_1',
  })
})

test('the days of the audit log are whole days, and its team is not the team of the page', () => {
  expect(auditQuery({ of: 'team_1', from: '2026-03-01', to: '2026-03-02', action: 'cost.created' })).toEqual({
    team: 'team_1',
    from: '2026-03-01T00:00:00.000Z',
    to: '2026-03-02T23:59:59.999Z',
    action: 'cost.created',
  })
})

const CALM = {
  messages: [{ type: 'mail.send', due: 0, dead: 0, delaySeconds: 2 }],
  webhooks: { due: 0, delaySeconds: 0 },
  runs: { inLine: 3, stuck: 0 },
  cron: { lagSeconds: 40, tasks: [{ error: null }] },
}

test('an installation that works needs nothing', () => {
  expect(checksOf(CALM, 12)).toEqual([])
})

test.each([
  [{ runs: { inLine: 0, stuck: 1 } }, '1 run does not respond', '/admin/runs'],
  [{ runs: { inLine: 0, stuck: 2 } }, '2 runs do not respond', '/admin/runs'],
  [{ messages: [{ type: 'a', due: 0, dead: 3, delaySeconds: 0 }] }, '3 messages are dead', '/admin/queues'],
  [
    { messages: [{ type: 'a', due: 1, dead: 0, delaySeconds: 600 }] },
    'A message has been due for 10 minutes',
    '/admin/queues',
  ],
  [{ webhooks: { due: 4, delaySeconds: 240 } }, '4 webhooks are due for 4 minutes', '/admin/queues'],
  [{ cron: { lagSeconds: 600, tasks: [] } }, 'The tick is 10 minutes late', '/admin'],
  [{ cron: { lagSeconds: null, tasks: [] } }, 'The tick has not run yet', '/admin'],
  [
    { cron: { lagSeconds: 1, tasks: [{ error: 'no' }, { error: null }] } },
    '1 task of the last tick has failed',
    '/admin',
  ],
])('%j says: %s', (change, text, to) => {
  expect(checksOf({ ...CALM, ...change }, 0)).toEqual([expect.objectContaining({ text, to })])
})

test('ended runs have a column for each day, also without data', () => {
  const stats = {
    from: '2026-03-01T12:00:00Z',
    to: '2026-03-03T12:00:00Z',
    bucket: 'day' as const,
    series: [{ at: '2026-03-02T00:00:00Z', runsEnded: { succeeded: 5, failed: 1, cancelled: 0 } }],
  }
  expect(runColumns(stats).map(({ name, values }) => [name, values])).toEqual([
    ['1 Mar', [0, 0, 0]],
    ['2 Mar', [5, 1, 0]],
    ['3 Mar', [0, 0, 0]],
  ])
})

test('only changed limits are sent, an emptied one restores the default', () => {
  const limits = {
    free: { agents: 3, workflows: 10 },
    premium: { agents: 9, workflows: null },
    team: { agents: null, workflows: 50 },
  }
  const before = formOf(byName(limits))
  expect(before.workflows).toEqual({ free: '10', premium: '', team: '50' })
  expect(changesOf(before, before)).toEqual({})
  const now = {
    ...before,
    agents: { free: '4', premium: ' 9 ', team: '' },
    workflows: { free: '', premium: '7', team: '50' },
  }
  expect(byPlan(changesOf(before, now))).toEqual({
    free: { agents: 4, workflows: null },
    premium: { workflows: 7 },
  })
})

test('an announcement is over when it was ended or has expired', () => {
  const one = { startsAt: '2026-03-01T00:00:00Z', expiresAt: '2026-03-05T00:00:00Z', endedAt: null }
  const at = (day: number) => announcementState(one, Date.UTC(2026, 2, day))
  expect([at(0), at(1), at(4), at(5)]).toEqual(['later', 'now', 'now', 'over'])
  expect(announcementState({ ...one, endedAt: '2026-03-02T00:00:00Z' }, Date.UTC(2026, 2, 3))).toBe('over')
  expect([audienceText('all'), audienceText({ plan: 'team' })]).toEqual([
    'everybody',
    'teams on the plan team',
  ])
})

test('the form of an announcement leaves out times that are empty', () => {
  const form = { ...EMPTY_ANNOUNCEMENT, title: ' Tonight ', message: 'At nine' }
  expect(announcementBody(form)).toEqual({
    title: 'Tonight',
    message: 'At nine',
    level: 'info',
    audience: 'all',
  })
  expect(
    announcementBody({ ...form, audience: 'team', teamId: ' team_1 ', expiresAt: '2026-03-01T10:00' }),
  ).toEqual({
    title: 'Tonight',
    message: 'At nine',
    level: 'info',
    audience: { teamId: 'team_1' },
    expiresAt: new Date('2026-03-01T10:00').toISOString(),
  })
})
