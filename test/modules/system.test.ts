import { exports } from 'cloudflare:workers'
import { expect, test } from 'vitest'

test('the root says what this is', async () => {
  const response = await exports.default.fetch('http://orrery.test/')
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ name: 'Orrery' })
  expect(response.headers.get('x-request-id')).toMatch(/^req_/)
})

test('another method on a known path is 405 and names the methods', async () => {
  const response = await exports.default.fetch('http://orrery.test/health', { method: 'POST' })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET')
})
