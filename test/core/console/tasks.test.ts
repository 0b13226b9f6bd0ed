// The models of the console's task pages, compared with the rules of the server.
import { expect, test } from 'vitest'
import { columnsOf, daysBefore } from '../../../console/src/features/tasks/model/figures.ts'
import {
  bulkFilterOf,
  filterOf,
  queryOf,
  readSearch,
  SORTS,
  STATUSES,
  TYPES,
} from '../../../console/src/features/tasks/model/filter.ts'
import {
  createBody,
  formOf,
  localOf,
  newForm,
  tagsOf,
  updateBody,
} from '../../../console/src/features/tasks/model/form.ts'
import { graphOf } from '../../../console/src/features/tasks/model/graph.ts'
import {
  countOf,
  GROUPS,
  groupOf,
  groupOfFilter,
  movesOf,
  verbOfMove,
} from '../../../console/src/features/tasks/model/groups.ts'
import { withFileFields } from '../../../console/src/features/tasks/model/input-schema.ts'
import { mediaTypeOf } from '../../../console/src/features/tasks/model/media-type.ts'
import { wordsOf } from '../../../console/src/features/tasks/model/reason.ts'
import { scheduleBody, scheduleForm } from '../../../console/src/features/tasks/model/schedule.ts'
import { treeOf } from '../../../console/src/features/tasks/model/template.ts'
import { ALLOWED, hasEnded, isAtWork } from '../../../console/src/features/tasks/model/verbs.ts'
import { shownTaskStatus } from '../../../console/src/ui/status.ts'
import * as status from '../../../src/modules/tasks/pure/status.ts'
import { TaskSchedule } from '../../../src/modules/tasks/schema/parts.ts'
import { CreateTask, ListTasks, TASK_SORTS, UpdateTask } from '../../../src/modules/tasks/schema/task.ts'
import { CreateTaskTemplate } from '../../../src/modules/tasks/templates/schema.ts'
import { OFFERED_TYPES } from '../../../src/modules/tasks/types/index.ts'

const NOW = Date.parse('2026-12-01T10:00:30Z')

test('statuses, types, orders and actions are those of the server', () => {
  expect(STATUSES).toEqual(status.TASK_STATUSES)
  expect([...TYPES].sort()).toEqual([...OFFERED_TYPES].sort())
  expect([...SORTS].sort()).toEqual([...TASK_SORTS].sort())
  expect(ALLOWED).toEqual(status.ALLOWED)
  for (const one of STATUSES) {
    expect(hasEnded(one)).toBe(status.hasEnded(one))
    expect(isAtWork(one)).toBe(status.isAtWork(one))
  }
})

test('the URL keeps what it knows and drops the rest', () => {
  const search = readSearch({
    q: '  carrier ',
    status: 'queued,sleeping,draft',
    type: 'magic',
    assignee: 'me',
    due: 'overdue',
    view: 'board',
    sort: 'due',
    new: 'yes',
    team: 'team_x',
  })
  expect(search).toEqual({
    q: 'carrier',
    status: 'draft,queued',
    assignee: 'me',
    due: 'overdue',
    view: 'board',
    sort: 'due',
  })
  expect(filterOf(search)).toEqual({
    q: 'carrier',
    status: ['draft', 'queued'],
    assignee: 'me',
    due: 'overdue',
  })
  expect(readSearch({ view: 'list', priority: 7, errors: true })).toEqual({ priority: '7', errors: true })
})

test('a filter becomes a query that the server accepts', () => {
  const filter = filterOf(
    readSearch({ q: 'a', status: 'failed', priority: '7,8,9', tag: 'x', due: 'week', errors: true }),
  )
  const query = queryOf(filter, NOW)
  expect(query).toEqual({
    q: 'a',
    status: 'failed',
    priority: '7,8,9',
    tag: 'x',
    dueFrom: '2026-12-01T10:00:00.000Z',
    dueTo: '2026-12-08T10:00:00.000Z',
    hasErrors: 'true',
  })
  expect(ListTasks.safeParse({ ...query, sort: 'due', limit: '100' }).success).toBe(true)
  expect(bulkFilterOf({}, NOW)).toEqual({ createdTo: '2026-12-01T10:00:30.000Z' })
})

test('each status is in one group, and a group is recognised in a filter', () => {
  expect(GROUPS.flatMap(({ statuses }) => statuses).sort()).toEqual([...STATUSES].sort())
  for (const group of GROUPS) expect(groupOfFilter(group.statuses)).toBe(group)
  expect(groupOfFilter(['draft'])).toBeNull()
  expect(groupOfFilter(undefined)).toBeNull()
  expect(countOf(groupOf('running'), { running: 2, paused: 1, failed: 9 })).toBe(3)
})

test('a card only moves where an action of the server leads', () => {
  const verbs: Record<string, string> = {
    'draft active': 'execute',
    'draft dropped': 'cancel',
    'running dropped': 'cancel',
    'failed queued': 'retry',
    'succeeded active': 'retry',
  }
  for (const from of STATUSES)
    for (const { id } of GROUPS) {
      const verb = verbOfMove(from, id)
      const known = verbs[`${from} ${id}`]
      if (known !== undefined) expect([from, id, verb]).toEqual([from, id, known])
      if (verb !== null) expect(status.allows(from, verb)).toBe(true)
      if (id === 'succeeded' || id === 'failed' || id === 'open') expect(verb).toBeNull()
    }
  expect(movesOf('draft').map(({ verb }) => verb)).toEqual(['execute', 'cancel'])
  expect(movesOf('succeeded').map(({ group }) => group.id)).toEqual(['active'])
})

test('amber is for tasks that need a person', () => {
  const shown = (of: string, code?: string) =>
    shownTaskStatus({ status: of, reason: code === undefined ? null : { code } })
  expect(shown('blocked', 'dependencies')).toBe('blocked')
  expect(shown('blocked', 'dependency_failed')).toBe('stuck')
  expect(shown('waiting', 'timer')).toBe('sleeping')
  expect(shown('waiting', 'approval')).toBe('waiting')
})

test('a new task has only what was filled in', () => {
  expect(createBody({ ...newForm(), title: ' Call ' })).toEqual({ title: 'Call', type: 'custom', input: {} })
  const body = createBody({
    ...newForm(),
    title: 'Call',
    due: '2026-12-24T18:00',
    tags: 'a, b,,a',
    priority: 9,
    assignee: { userId: 'usr_01k0000000000000000000000' },
    attempts: 3,
    timeoutMinutes: '1.5',
    autoStart: true,
  })
  expect(body).toMatchObject({ tags: ['a', 'b'], priority: 9, retry: { attempts: 3 }, timeoutMs: 90_000 })
  expect(Date.parse(body.dueAt ?? '')).toBe(new Date(2026, 11, 24, 18).getTime())
  expect(tagsOf(' , ')).toEqual([])
})

test('a change sends only the changed fields', () => {
  const task = {
    title: 'Call',
    type: 'custom',
    status: 'draft',
    description: '',
    input: {},
    priority: 5,
    dueAt: '2026-12-24T18:00:00.000Z',
    tags: ['a'],
    assignee: null,
    onDependencyFailure: 'block' as const,
    retry: { attempts: 1, delayMs: 1_000, factor: 3, maxDelayMs: 300_000 },
    timeoutMs: null,
    files: ['file_1'],
    autoStart: false,
  }
  const form = formOf(task)
  expect(updateBody(task, form)).toEqual({})
  const body = updateBody(task, { ...form, due: '', attempts: 2, tags: 'a, b' })
  expect(body).toEqual({ dueAt: null, retry: { ...task.retry, attempts: 2 }, tags: ['a', 'b'] })
  expect(UpdateTask.safeParse(body).success).toBe(true)
  expect(updateBody(task, { ...form, files: [] })).toEqual({ files: [] })
  expect(CreateTask.safeParse(createBody({ ...form, files: [] })).success).toBe(true)
})

test('a schedule is once, at times or at an interval, and nothing of the other ways is sent', () => {
  const form = { ...scheduleForm(null, 'Europe/Berlin'), cron: '0 8 * * 1-5', maxRuns: '3' }
  const bodies = [
    scheduleBody(form),
    scheduleBody({ ...form, kind: 'at', at: '2026-12-24T18:00' }),
    scheduleBody({ ...form, kind: 'every', everyMinutes: '90', startAt: '2026-12-24T18:00' }),
  ]
  expect(bodies[0]).toEqual({
    cron: '0 8 * * 1-5',
    timezone: 'Europe/Berlin',
    maxRuns: 3,
    missed: 'one',
    overlap: 'skip',
  })
  expect(Object.keys(bodies[1] ?? {})).toEqual(['at', 'missed'])
  expect(bodies[2]).toMatchObject({ everyMs: 5_400_000, maxRuns: 3 })
  for (const body of bodies) expect(TaskSchedule.safeParse(body).success).toBe(true)
  for (const body of bodies) expect(scheduleBody(scheduleForm(body, 'UTC'))).toEqual(body)
})

test('local times go back and forth', () => {
  const local = localOf('2026-12-24T18:00:00.000Z')
  expect(new Date(local).toISOString()).toBe('2026-12-24T18:00:00.000Z')
})

test('a chart has a column for each day, also without tasks', () => {
  expect(daysBefore(NOW, 3)).toBe('2026-11-29')
  const columns = columnsOf(
    [{ day: '2026-11-30', succeeded: 2, failed: 1, cancelled: 1, skipped: 3 }],
    '2026-11-29',
    '2026-12-01',
  )
  expect(columns.map(({ id, values }) => [id, values])).toEqual([
    ['2026-11-29', [0, 0, 0]],
    ['2026-11-30', [2, 1, 4]],
    ['2026-12-01', [0, 0, 0]],
  ])
  expect(columns[0]?.name).toBe('29 Nov')
})

test('a task with its parts becomes a template with the order between them', () => {
  const task = (id: string, more: object = {}) => ({
    id,
    title: id,
    type: 'custom',
    description: '',
    input: null,
    priority: 5,
    tags: [],
    weight: 1,
    parentId: id === 'top' ? null : 'top',
    dependsOn: [],
    onDependencyFailure: 'block' as const,
    retry: { attempts: 1, delayMs: 0, factor: 2, maxDelayMs: 0 },
    timeoutMs: null,
    ...more,
  })
  const other = { taskId: 'elsewhere', on: 'end' as const }
  const tree = treeOf([
    task('top'),
    task('test', { weight: 2 }),
    task('ship', { dependsOn: [{ taskId: 'test', on: 'success' }, other] }),
  ])
  expect(tree?.subtasks?.map(({ title, weight }) => [title, weight])).toEqual([
    ['test', 2],
    ['ship', undefined],
  ])
  expect(tree?.subtasks?.[1]).toMatchObject({ dependsOn: [{ ref: 'task2', on: 'success' }] })
  expect(CreateTaskTemplate.safeParse({ name: 'x', task: tree }).success).toBe(true)
  expect(treeOf([])).toBeNull()
})

test('a file of tasks is recognised by its name, or by its beginning', () => {
  expect(mediaTypeOf('tasks.CSV', '')).toBe('text/csv')
  expect(mediaTypeOf('tasks.XLSX', '')).toContain('spreadsheetml')
  expect(mediaTypeOf('tasks.jsonl', '')).toBe('application/jsonl')
  expect(mediaTypeOf('tasks', ' [{}]')).toBe('application/json')
  expect(mediaTypeOf('tasks', 'title,type')).toBe('text/csv')
})

test('a wait is said in words, and another reason as the server says it', () => {
  expect(wordsOf({ code: 'timer', message: 'w waits: timer.' })).toBe('It waits for a time.')
  expect(wordsOf({ code: 'plan', message: 'The plan is full.' })).toBe('The plan is full.')
})

test('the graph of a list has the tasks that wait for each other, and counts the rest', () => {
  const row = (id: string, needs: string[] = []) => ({
    id,
    title: id,
    type: 'custom',
    status: 'draft',
    progress: 0,
    reason: null,
    dependsOn: needs.map((taskId) => ({ taskId, on: 'success' as const, waived: false })),
  })
  const { graph, alone } = graphOf([row('a'), row('b', ['a', 'not listed']), row('c'), row('d', ['b'])])
  expect(graph.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'd'])
  expect(graph.edges.map(({ from, to }) => `${from} ${to}`)).toEqual(['a b', 'b d'])
  expect(alone).toBe(1)
})

test('an input that may name a file in several ways is a field for a file', () => {
  const file = { type: 'object', properties: { $file: { type: 'string' } } }
  const question = { type: 'string' }
  expect(
    withFileFields({
      file: { anyOf: [{ type: 'string' }, file], description: 'The table.' },
      question,
      tests: { anyOf: [{ type: 'string' }, { type: 'array' }] },
    }),
  ).toEqual({
    file: { ...file, description: 'The table.' },
    question,
    tests: { anyOf: [{ type: 'string' }, { type: 'array' }] },
  })
})
