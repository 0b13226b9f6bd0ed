// The time for normalizing grows with the square of a run of combining marks, so texts with long runs are not
// normalized.
import { afterEach, expect, test, vi } from 'vitest'
import { hasLongMarks, toNfc } from '../../src/core/marks.ts'
import { judgePath } from '../../src/modules/deployments/source/paths.ts'
import { fileName } from '../../src/modules/files/name.ts'
import { CreateTeam } from '../../src/modules/teams/schema/team.ts'

/** Two kinds in alternation, so that they are never in order. */
const marked = (marks: number): string =>
  `e${'\u0301\u0323'.repeat(marks / 2)}${marks % 2 === 1 ? '\u0301' : ''}`

const normalize = vi.spyOn(String.prototype, 'normalize')
afterEach(() => normalize.mockClear())

test('texts of any language have fewer combining marks', () => {
  expect([30, 31, 100_000].map((marks) => hasLongMarks(marked(marks)))).toEqual([false, true, true])
  expect(toNfc(marked(1))).toBe('é')
  expect(toNfc(marked(31))).toBe(marked(31))
})

test.each([
  ['a name of a file', () => fileName(`${marked(50_000)}.txt`), /combining marks/],
  ['a path in an archive', () => judgePath(`${marked(30_000)}.txt`), { is: 'refused' }],
  ['a name of a team', () => CreateTeam.safeParse({ name: marked(500_000) }), { success: false }],
])('%s is refused before it is normalized', (_what, judge, expected) => {
  if (expected instanceof RegExp) expect(judge).toThrow(expected)
  else expect(judge()).toMatchObject(expected)
  expect(normalize).not.toHaveBeenCalled()
})
