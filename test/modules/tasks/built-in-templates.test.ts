// Each type has a built-in template, and each runs from its use to its result with the offline model.
import { expect, test } from 'vitest'
import { BUILT_IN_TEMPLATES } from '../../../src/modules/tasks/templates/built-in/index.ts'
import { OFFERED_TYPES } from '../../../src/modules/tasks/types/index.ts'
import { post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { TASKS, untilStatus, upload } from './tasks.ts'

type Case = { variables: Record<string, unknown>; has: Record<string, unknown> }

const CASES: Record<string, Case> = {
  'tpl_task-research': {
    variables: { question: 'When does water boil?', title: 'Physics', text: 'Water boils at 100 degrees.' },
    has: {
      report: expect.any(String),
      sources: [expect.objectContaining({ title: 'Physics', isRead: true })],
    },
  },
  'tpl_task-function': {
    variables: { name: 'add', spec: 'Adds two numbers.' },
    has: { files: expect.any(Array), run: { tests: 'not run: no sandbox' } },
  },
  'tpl_task-small-site': {
    variables: { name: 'Ada', about: 'A bakery in Bonn' },
    has: {
      pages: ['index.html', 'about.html', 'contact.html', 'style.css'],
      file: { $file: expect.any(String) },
    },
  },
  'tpl_task-table': {
    variables: { file: 'prices.csv' },
    has: { rows: 2, statistics: { price: { mean: 15 } } },
  },
  'tpl_task-mend': {
    variables: { name: 'f.js', code: 'function f( {', error: 'SyntaxError' },
    has: { reproduced: 'found by the check', cause: expect.any(String) },
  },
  'tpl_task-document': {
    variables: { path: 'add.js', content: 'export const add = (a, b) => a + b' },
    has: { pages: expect.any(Array), file: { $file: expect.any(String) } },
  },
}

test.each(Object.entries(CASES))('%s runs to its result', async (id, { variables, has }) => {
  const ada = await newPerson()
  await upload(ada, 'prices.csv', 'price\n10\n20\n')
  const used = await post(`${TASKS}/templates/${id}/use`, ada, { variables, execute: true })
  expect(used.status, used.text).toBe(201)
  const task = await untilStatus(ada, used.body.tasks[0], 'succeeded', 'failed')
  expect(task.error).toBeNull()
  expect(task.result).toMatchObject(has)
})

test('the template of custom tasks uses a capability, and text that looks like an expression stays text', async () => {
  const ada = await newPerson()
  const used = await post(`${TASKS}/templates/tpl_task-compare/use`, ada, {
    variables: { name: 'list', before: 'one\n{{ 1 + 1 }}', after: 'one\ntwo' },
    execute: true,
  })
  expect(used.status, used.text).toBe(201)
  const { result } = await untilStatus(ada, used.body.tasks[0], 'succeeded', 'failed')
  expect(result).toBe('--- a/list\n+++ b/list\n@@ -1,2 +1,2 @@\n one\n-{{ 1 + 1 }}\n+two\n')
})

test('each type has a built-in template', () => {
  const types = new Set(BUILT_IN_TEMPLATES.map(({ type }) => type))
  expect([...types].sort()).toEqual([...OFFERED_TYPES].sort())
  expect(new Set(BUILT_IN_TEMPLATES.map(({ id }) => id)).size).toBe(BUILT_IN_TEMPLATES.length)
})
