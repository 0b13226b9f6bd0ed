// Kills under load. Acknowledged changes exist after the kill; other changes may or may not.
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './client.ts'
import {
  databaseFile,
  end,
  eventually,
  forget,
  type Installation,
  kill,
  newStateDir,
  readState,
  start,
  startAgain,
} from './installation.ts'
import { killerOf } from './killers.ts'

const KILLS = Number(process.env.ORRERY_KILLS ?? 3)
const WRITERS = 8
const PASSWORD = 'Long-enough-1-for-kills'

let dir: string
let running: Installation | null = null
let token: string

beforeAll(async () => {
  dir = newStateDir()
  running = await start(dir)
  token = await register('killed@example.com')
  const plan = await call(running.url, 'PUT', '/api/v1/users/subscription', { token, json: { plan: 'team' } })
  expect(plan.status).toBe(200)
})
afterAll(async () => {
  await end(running)
  forget(dir)
})

const server = (): Installation => {
  if (!running) throw new Error('nothing runs')
  return running
}

async function register(email: string): Promise<string> {
  const answer = await call<{ accessToken: string }>(server().url, 'POST', '/api/v1/auth/register', {
    json: { email, password: PASSWORD, name: 'Killed' },
  })
  expect(answer.status).toBe(201)
  return answer.body.accessToken
}

test(`${KILLS} kills under load lose no acknowledged team and no picture`, {
  timeout: 240_000 + KILLS * 60_000,
}, async () => {
  const acknowledged = new Set<string>()
  let pictures = 0
  for (let round = 0; round < KILLS; round++) {
    const load = startLoad(acknowledged, pictures)
    await sleep(300 + ((round * 397) % 900))
    const { what, strike } = killerOf(round)
    const struck = strike(server(), () => startAgain(dir, server())).then((next) => {
      running = next
    })
    pictures = await load.stopAfter(struck)
    const present = await teamIds()
    const lost = [...acknowledged].filter((id) => !present.has(id))
    expect(lost, `after killing ${what} in round ${round}`).toEqual([])
    expect(await pictureNumber()).toBeGreaterThanOrEqual(pictures)
  }
  expect(acknowledged.size).toBeGreaterThan(KILLS * 5)
  console.log(`${KILLS} kills: ${acknowledged.size} acknowledged teams, ${pictures} pictures, none lost`)
})

/** Writes until stopped, and returns the number of the last acknowledged picture. */
function startLoad(acknowledged: Set<string>, firstPicture: number) {
  const { url } = server()
  let stopped = false
  let lastPicture = firstPicture
  const untilFailure = async (write: () => Promise<void>): Promise<void> => {
    while (!stopped) await write().catch(() => sleep(20))
  }
  const writers = Array.from({ length: WRITERS }, () =>
    untilFailure(async () => {
      const made = await call<{ id: string }>(url, 'POST', '/api/v1/teams', { token, json: { name: 'Kept' } })
      if (made.status === 201) acknowledged.add(made.body.id)
    }),
  )
  writers.push(
    untilFailure(async () => {
      const number = lastPicture + 1
      const put = await call(url, 'PUT', '/api/v1/users/profile/avatar', {
        token,
        bytes: picture(number),
        type: 'image/png',
      })
      if (put.status === 200) lastPicture = number
    }),
  )
  return {
    stopAfter: async (killed: Promise<void>): Promise<number> => {
      await killed
      stopped = true
      await Promise.all(writers)
      return lastPicture
    },
  }
}

async function teamIds(): Promise<Set<string>> {
  const ids = new Set<string>()
  let cursor: string | null = null
  do {
    const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
    const page = await call<{ items: { id: string }[]; nextCursor: string | null }>(
      server().url,
      'GET',
      `/api/v1/teams?limit=100${query}`,
      { token },
    )
    expect(page.status).toBe(200)
    for (const { id } of page.body.items) ids.add(id)
    cursor = page.body.nextCursor
  } while (cursor)
  return ids
}

const PNG_HEAD = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** A picture with its number after the header that makes it a picture. */
function picture(number: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(20_000)
  bytes.set(PNG_HEAD)
  new DataView(bytes.buffer).setUint32(16, number)
  return bytes
}

async function pictureNumber(): Promise<number> {
  const response = await fetch(`${server().url}/api/v1/users/profile/avatar`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(response.status).toBe(200)
  return new DataView(await response.arrayBuffer()).getUint32(16)
}

test('the counts of a Durable Object survive a kill', async () => {
  const email = 'counted@example.com'
  await register(email)
  const remaining = async (): Promise<number> => {
    const json = { email, password: PASSWORD }
    const entered = await call<{ accessToken: string }>(server().url, 'POST', '/api/v1/auth/login', { json })
    const asked = await call(server().url, 'POST', '/api/v1/auth/email/resend', {
      token: entered.body.accessToken,
    })
    return Number(asked.headers.get('ratelimit-remaining'))
  }
  const first = await remaining()
  for (let i = 0; i < 4; i++) await remaining()
  kill(server().npm.pid, true)
  await server().ended
  running = await startAgain(dir, server())
  expect(first).toBeGreaterThan(5)
  expect(await remaining()).toBe(first - 5)
})

test('a mail whose queue was lost with the server is delivered by the sweep of the next start', async () => {
  const email = 'mail-lost@example.com'
  await register(email)
  await eventually('the first mail is delivered', async () => (await mailsTo(email)).length === 1)
  const asked = await call(server().url, 'POST', '/api/v1/auth/password/forgot', { json: { email } })
  expect(asked.status).toBe(202)
  kill(server().npm.pid, true)
  await server().ended

  const database = new DatabaseSync(databaseFile(dir))
  const pending = database
    .prepare(`SELECT count(*) AS n FROM outbox WHERE status = 'pending' AND json_extract(body, '$.to') = ?`)
    .get(email)
  expect(pending).toMatchObject({ n: 1 })
  // The minute of grace for a new message has passed.
  database.exec(`UPDATE outbox SET next_at = 0 WHERE status = 'pending'`)
  database.close()

  running = await startAgain(dir, server())
  await eventually('the second mail is delivered', async () => (await mailsTo(email)).length === 2)
})

async function mailsTo(email: string): Promise<unknown[]> {
  const { mailboxToken: token = '' } = readState<{ mailboxToken: string }>(dir, 'secrets.json') ?? {}
  const answer = await call<{ items: unknown[] }>(server().url, 'GET', `/dev/mailbox?to=${email}`, { token })
  return answer.body.items
}
