import { expect, test } from 'vitest'
import { call, get } from '../../../helpers/api.ts'
import { freshAddress, PASSWORD, registered } from '../accounts.ts'

const LOGIN = '/api/v1/auth/login'
const FORM = 'application/x-www-form-urlencoded'

const sendForm = (fields: Record<string, string>, type = FORM) =>
  call('POST', LOGIN, {
    raw: new URLSearchParams(fields).toString(),
    headers: { 'content-type': type, 'cf-connecting-ip': freshAddress() },
  })

test('the password form of OAuth 2.0 signs in and answers with its field names', async () => {
  const { email, userId } = await registered()
  const answer = await sendForm(
    { grant_type: 'password', username: email, password: PASSWORD, scope: '', client_id: 'old' },
    `${FORM}; charset=utf-8`,
  )
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({ token_type: 'bearer', expires_in: 1800 })
  expect(answer.body.refresh_token).toBe(answer.body.refreshToken)
  expect((await get('/api/v1/auth/me', { token: answer.body.access_token })).body.id).toBe(userId)
})

test('a form sets no cookie, because any page can send one', async () => {
  const { email } = await registered()
  expect((await sendForm({ username: email, password: PASSWORD })).headers.get('set-cookie')).toBeNull()
})

test.each([
  [{ username: 'nobody@example.com', password: 'Wrong-Horse-7' }, 401, 'auth.invalid_credentials'],
  [
    { username: 'nobody@example.com', password: 'x', grant_type: 'client_credentials' },
    422,
    'request.invalid',
  ],
  [{ username: 'nobody@example.com' }, 422, 'request.invalid'],
  [{ password: 'x' }, 422, 'request.invalid'],
])('the form %j is refused with %i %s', async (fields, status, code) => {
  const answer = await sendForm(fields as unknown as Record<string, string>)
  expect([answer.status, answer.body.code]).toEqual([status, code])
})

test('a JSON sign-in does not accept names of OAuth 2.0, and other types are refused', async () => {
  const { email } = await registered()
  const json = await call('POST', LOGIN, {
    body: { email, password: PASSWORD },
    headers: { 'cf-connecting-ip': freshAddress() },
  })
  expect(Object.keys(json.body)).not.toContain('access_token')
  expect((await sendForm({ username: email, password: PASSWORD }, 'text/plain')).status).toBe(415)
})
