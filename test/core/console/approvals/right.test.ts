import { expect, test } from 'vitest'
import { isOwnRun, whyNot } from '../../../../console/src/features/approvals/model/right.ts'

const ME = { id: 'usr_me', email: 'Me@Example.com' }
const asking = (more: object = {}) => ({
  ...{ assignees: [], decisions: [], allowSelf: true, startedBy: null },
  ...more,
})

test('everybody may decide if nobody is named, otherwise who is named, by id or address in any case', () => {
  expect(whyNot(asking(), ME)).toBeNull()
  expect(whyNot(asking({ assignees: ['usr_other'] }), ME)).toBe('Others are asked.')
  expect(whyNot(asking({ assignees: ['usr_other', 'usr_me'] }), ME)).toBeNull()
  expect(whyNot(asking({ assignees: ['me@EXAMPLE.com'] }), ME)).toBeNull()
})

test('a person decides once, however many have to agree', () => {
  const decided = (decision: string) => asking({ decisions: [{ by: 'usr_me', decision }] })
  expect(whyNot(decided('approve'), ME)).toBe('You have approved.')
  expect(whyNot(decided('reject'), ME)).toBe('You have rejected.')
  expect(whyNot(asking({ decisions: [{ by: 'usr_other', decision: 'approve' }] }), ME)).toBeNull()
})

test('somebody who started the run is told so, unless the approval allows it', () => {
  expect(isOwnRun(asking({ allowSelf: false, startedBy: 'usr_me' }), ME)).toBe(true)
  expect(isOwnRun(asking({ startedBy: 'usr_me' }), ME)).toBe(false)
  expect(isOwnRun(asking({ allowSelf: false, startedBy: 'usr_other' }), ME)).toBe(false)
})
