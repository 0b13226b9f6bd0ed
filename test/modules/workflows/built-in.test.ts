import { expect, test } from 'vitest'
import { BUILT_INS } from '../../../src/modules/templates/index.ts'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson } from '../../helpers/people.ts'
import { finished, parked, runOf } from '../../helpers/runs.ts'

type Made = { definition: Parameters<typeof finished>[0] }

const EXPECTED: Record<string, [input: unknown, output: unknown]> = {
  tpl_builtin_order_triage: [
    { orderId: 'A1', total: 1190 },
    { orderId: 'A1', net: 1000, handling: 'review', text: 'Order A1 needs a second look.' },
  ],
  tpl_builtin_sales_report: [
    {
      sales: [
        { country: 'de', total: 5 },
        { country: 'fr', total: 7 },
        { country: 'de', total: 3 },
      ],
    },
    {
      title: 'Sales by country',
      countries: [
        { group: 'de', sales: 2, total: 8 },
        { group: 'fr', sales: 1, total: 7 },
      ],
      text: '1. de: 8 in 2 sales\n2. fr: 7 in 1 sales',
    },
  ],
  tpl_builtin_step_per_item: [{ items: ['a', 'b'] }, { count: 2, texts: ['1: a', '2: b'] }],
  tpl_builtin_expense_approval: [
    { amount: 50, purpose: 'Pens' },
    { status: 'paid', amount: 50 },
  ],
  tpl_builtin_hook_reply: [{ body: { name: 'Ada' } }, { hello: 'Ada', fields: 1 }],
  tpl_builtin_repeat_until: [{ start: 3, target: 20 }, { value: 24 }],
}

test.each(BUILT_INS.map(({ id }) => [id]))('the template %s runs as it stands', async (id) => {
  const person = await newPerson()
  const made = await post<Made>(`/api/v1/workflows/templates/${id}/use`, person, {})
  expect([made.status, made.body]).toMatchObject([201, { version: 1, active: true }])
  const [input, output] = EXPECTED[id] ?? []
  const run = await finished(made.body.definition, input as never)
  expect([run.status, run.error, run.output]).toEqual(['succeeded', null, output])
})

test('the approval template asks about a large expense and continues as decided', async () => {
  const person = await newPerson()
  const made = await post<Made>('/api/v1/workflows/templates/tpl_builtin_expense_approval/use', person, {
    variables: { limit: 10 },
  })
  const run = await parked(made.body.definition, { input: { amount: 50, purpose: 'Pens' } })
  const [wait] = run.waitingFor
  expect(wait).toMatchObject({ kind: 'approval', path: 'ask' })
  const answer = await runOf(run.id).decide({
    approvalId: wait?.name ?? '',
    by: person.userId,
    decision: 'reject',
    comment: 'Too many pens',
    data: null,
    isStarter: false,
  })
  expect(answer.ok).toBe(true)
  await eventually(async () => {
    const view = await runOf(run.id).view({ output: true })
    expect(view?.output).toEqual({ status: 'refused', comment: 'Too many pens' })
  })
})

test('built-in templates are listed for everyone, and nobody can delete them', async () => {
  const person = await newPerson()
  const list = await get('/api/v1/workflows/templates?source=built-in&limit=100', person)
  expect(list.body.items.map((item: { id: string }) => item.id).sort()).toEqual(
    BUILT_INS.map(({ id }) => id).sort(),
  )
})
