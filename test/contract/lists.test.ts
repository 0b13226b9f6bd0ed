// Every list has the form `{ items, nextCursor, total? }`, and is named list.
import { expect, test } from 'vitest'
import { routes } from './support/routes.ts'
import { type JsonSchema, jsonSchemaOf } from './support/values.ts'

/** A named schema is a reference. */
const named = (schema: JsonSchema): JsonSchema =>
  schema.$defs?.[(schema.$ref ?? '').replace('#/$defs/', '')] ?? schema

const documented = routes.flatMap(({ name, method, doc, twinOf }) =>
  doc?.schema && doc.mediaType === 'application/json' && twinOf === null
    ? [{ name, method, id: doc.id, answer: named(jsonSchemaOf(doc.schema)) }]
    : [],
)

const isListName = (id: string): boolean => /\.list(?![a-z])/.test(id)
const fieldsOf = (answer: JsonSchema): string[] => Object.keys(answer.properties ?? {})

const lists = documented.filter(({ id }) => isListName(id))

test.each(lists.map(({ id, answer }) => [id, answer] as const))(
  '%s answers with items, nextCursor and total',
  (_id, answer) => {
    expect(fieldsOf(answer)).toEqual(expect.arrayContaining(['items', 'nextCursor', 'total']))
    expect(answer.properties?.items?.type).toBe('array')
    expect(answer.required).toEqual(expect.arrayContaining(['items', 'nextCursor']))
    expect(answer.required).not.toContain('total')
  },
)

test('there are lists, including events and triggers', () => {
  const ids = lists.map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(20)
  expect(ids).toEqual(expect.arrayContaining(['runs.listEvents', 'workflows.triggers.list']))
})

/** Where the response to a change is the new list. */
const ANSWER_WITH_A_LIST = ['workflows.triggers.update']

test('every answer with items is named list', () => {
  const others = documented.filter(({ id, answer }) => fieldsOf(answer).includes('items') && !isListName(id))
  expect(others.map(({ id }) => id)).toEqual(ANSWER_WITH_A_LIST)
})

/**
 * A set of keys has the form of RFC 7517; limits are set as a whole; a tree has branches; sums by group, an export
 * and a check continue where they stopped, but are not lists.
 */
const NO_LISTS = [
  'auth.getPublicKeys',
  'users.exportData',
  'tasks.limits.get',
  'tasks.getHierarchy',
  'tasks.getMetrics',
  'admin.auditLogs.verify',
  'costs.getSummary',
  'usage.getSummary',
]

test('no list has another form', () => {
  const odd = documented.filter(({ id, method, answer }) => {
    if (isListName(id) || ANSWER_WITH_A_LIST.includes(id) || NO_LISTS.includes(id)) return false
    const fields = Object.entries(answer.properties ?? {})
    const arrays = fields.filter(([, field]) => field.type === 'array')
    const isBare = answer.type === 'array' || (method === 'GET' && arrays.length === 1 && fields.length <= 4)
    return isBare || (method === 'GET' && fields.some(([name]) => name === 'nextCursor'))
  })
  expect(odd.map(({ id }) => id)).toEqual([])
})
