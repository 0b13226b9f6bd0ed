import { expect, test } from 'vitest'
import { targetOf } from '../../../../console/src/features/shell/notices/model/target.ts'

const ORIGIN = 'https://orrery.example.com'
const PLACE = {
  personalTeamId: 'team_me',
  origin: ORIGIN,
  hasPage: (page: string) => page === '/runs/$id' || page === '/approvals',
}
const notice = (more: object = {}) => ({
  ...{ kind: 'run.failed', link: null, subject: { type: 'run', id: 'run_1' }, teamId: 'team_me' },
  ...more,
})

test('it leads to the page of its subject, in its team', () => {
  expect(targetOf(notice(), PLACE)).toEqual({
    page: '/runs/$id',
    params: { id: 'run_1' },
    search: { team: undefined },
  })
  expect(targetOf(notice({ teamId: 'team_other' }), PLACE)).toMatchObject({ search: { team: 'team_other' } })
  const approval = notice({ subject: { type: 'approval', id: 'apr_1' } })
  expect(targetOf(approval, PLACE)).toMatchObject({ page: '/approvals', search: { id: 'apr_1' } })
})

test('what is about the costs of a team leads to their budget or their exports', () => {
  const place = { ...PLACE, hasPage: () => true }
  const pageOf = (kind: string) => targetOf(notice({ kind, subject: { type: 'team', id: 'team_me' } }), place)
  expect(pageOf('budget.stopped')).toMatchObject({ page: '/costs/budget' })
  expect(pageOf('export.failed')).toMatchObject({ page: '/costs/exports' })
  const hook = notice({ kind: 'webhook.disabled', subject: { type: 'webhook', id: 'whk_1' } })
  expect(targetOf(hook, place)).toMatchObject({ page: '/settings/webhooks/$id', params: { id: 'whk_1' } })
})

test('without a page for the subject it leads to the given address, if that is for people', () => {
  const task = (link: string | null) => targetOf(notice({ subject: { type: 'task', id: 't' }, link }), PLACE)
  expect(task(null)).toBeNull()
  expect(task('https://example.org/a?b#c')).toEqual({
    href: 'https://example.org/a?b#c',
    host: 'example.org',
  })
  expect(task(`${ORIGIN}/docs`)).toEqual({ href: `${ORIGIN}/docs`, host: 'orrery.example.com' })
  expect(task(`${ORIGIN}/api/v1/teams/x/budgets`)).toBeNull()
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'not a url', '/relative']) {
    expect(task(bad)).toBeNull()
  }
})

test('a subject whose name is that of an inherited property leads nowhere', () => {
  for (const type of ['constructor', 'toString', '__proto__'])
    expect(targetOf(notice({ subject: { type, id: 'x' } }), PLACE)).toBeNull()
})
