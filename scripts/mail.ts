// npm run mail [-- <part of an address>]: shows the stored mail, newest last. Reads the database's file directly, so it works whether or not the
// server runs.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Installation, mailboxUrl } from './server/secrets.ts'
import { readOwner, stateDir } from './server/state.ts'

type Mail = { recipient: string; subject: string; text_body: string; created_at: number }
const MOST = 20

const wanted = process.argv[2] ?? ''
const mails = databases()
  .flatMap((path) => readMails(path))
  .slice(0, MOST)
  .reverse()
if (mails.length === 0) console.log(wanted ? `No mail to ${wanted}.` : 'No mail yet.')
for (const mail of mails) {
  console.log(`To:      ${mail.recipient}
Date:    ${new Date(mail.created_at).toISOString()}
Subject: ${mail.subject}

${mail.text_body}
${'-'.repeat(72)}`)
}

const running = readOwner(stateDir())
if (running?.port) {
  const installation = JSON.parse(readFileSync(join(stateDir(), 'secrets.json'), 'utf8')) as Installation
  console.log(`All of it: ${mailboxUrl(`http://localhost:${running.port}`, installation)} (in development)`)
}

function databases(): string[] {
  const dir = join(stateDir(), 'v3/d1/miniflare-D1DatabaseObject')
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
    .map((name) => join(dir, name))
}

function readMails(path: string): Mail[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2_000 })
  try {
    if (!database.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'mailbox'`).get()) return []
    return database
      .prepare(
        'SELECT * FROM mailbox WHERE instr(recipient, ?) > 0 ORDER BY created_at DESC, id DESC LIMIT ?',
      )
      .all(wanted, MOST) as Mail[]
  } finally {
    database.close()
  }
}
