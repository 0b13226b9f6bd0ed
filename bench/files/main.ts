// npm run bench:files [-- --rounds 3 --seconds 3 --patience 60 --save bench/files/results.md]
// Our server and a Worker that only pipes, in one benchmark, taking turns. Memory is the peak of the runtime, as
// counted by Linux.
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { inRoot } from '../../scripts/server/paths.ts'
import { startEngine, startWorker } from '../engine/servers.ts'
import { untilQuiet } from '../quiet.ts'
import { median } from '../stats.ts'
import { ask, rateOf } from './client.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    patience: { type: 'string', default: '60' },
    save: { type: 'string' },
  },
})
const seconds = Number(values.seconds)
const FILES_LISTED = 100_000
const MEGABYTE = 1024 * 1024
const LARGE = randomBytes(50 * MEGABYTE)
const SMALL = randomBytes(100_000)
// Detected as PDF, whose text is not extracted.
for (const bytes of [LARGE, SMALL]) bytes.write('%PDF-1.7\n')

const bare = await startWorker('bench/files/bare')
const ours = await startEngine(false)
let made = 0

const putBare = (body: Buffer, key = `k${made++ % 20}`) =>
  ask({ port: bare.port, method: 'PUT', path: `/${key}`, body })
const getBare = (key: string) => ask({ port: bare.port, method: 'GET', path: `/${key}` })
const putOurs = (body: Buffer, headers: Record<string, string> = {}) =>
  ask({
    ...{ port: ours.port, method: 'POST', path: '/api/v1/files/upload?onConflict=rename', body },
    headers: {
      ...ours.headers,
      'content-type': 'application/pdf',
      'x-filename': `bench ${made++}.pdf`,
      ...headers,
    },
  })
const getOurs = (url: string) => ask({ port: ours.port, method: 'GET', path: url, headers: ours.headers })

type Line = { name: string; bare: number; ours: number; ratio: number; aim: number }

try {
  const [large, small] = [await kept(LARGE), await kept(SMALL)]
  await fillFiles()
  const pairs: [
    name: string,
    aim: number,
    clients: number,
    bare: () => Promise<unknown>,
    ours: () => Promise<unknown>,
  ][] = [
    ['upload of 50 MB', 0.6, 1, () => putBare(different(LARGE)), () => putOurs(different(LARGE))],
    ['download of 50 MB', 0.6, 1, () => getBare('large'), () => getOurs(large)],
    ['upload of 100 KB', 0.7, 8, () => putBare(different(SMALL)), () => putOurs(different(SMALL))],
    ['download of 100 KB', 0.7, 8, () => getBare('small'), () => getOurs(small)],
    [
      'list of 20 of 100,000',
      0.8,
      8,
      () => getOurs('/api/v1/teams?limit=20'),
      () => getOurs('/api/v1/files?limit=20'),
    ],
  ]
  await putBare(LARGE, 'large')
  await putBare(SMALL, 'small')
  const rates = new Map<string, { bare: number[]; ours: number[] }>()
  let busyRounds = 0
  for (let round = 0; round < Number(values.rounds); round++) {
    if (!(await untilQuiet(Number(values.patience) * 1_000))) busyRounds++
    for (const [name, , clients, theirs, own] of pairs) {
      const rate = rates.get(name) ?? { bare: [], ours: [] }
      rate.bare.push(await rateOf(theirs, clients, seconds))
      rate.ours.push(await rateOf(own, clients, seconds))
      rates.set(name, rate)
    }
    console.error(`round ${round + 1} of ${values.rounds}`)
  }
  const lines = pairs.map(([name, aim]): Line => {
    const { bare: theirs, ours: own } = rates.get(name) ?? { bare: [], ours: [] }
    const ratio = median(own.map((rate, round) => rate / (theirs[round] ?? Number.NaN)))
    return { name, aim, bare: median(theirs), ours: median(own), ratio }
  })
  const memory = [
    ['upload of one of 50 MB', 40, await grown(() => putOurs(different(LARGE)))],
    ['upload of one of 50 MB without a length', 40, await grown(() => putChunked(different(LARGE)))],
    ['download of one of 50 MB', 40, await grown(() => getOurs(large))],
    ['upload of ten of 50 MB at once', 150, await grown(() => tenTimes(() => putOurs(different(LARGE))))],
    ['download of ten of 50 MB at once', 150, await grown(() => tenTimes(() => getOurs(large)))],
    [
      'a bare Worker: upload of ten at once',
      null,
      await grown(() => tenTimes(() => putBare(different(LARGE))), bare.pid),
    ],
  ] as const
  const text = report(lines, memory, busyRounds)
  console.log(`\n${text}`)
  if (values.save) writeFileSync(inRoot(values.save), `# npm run bench:files\n\n${text}`)
} finally {
  await bare.stop()
  await ours.stop()
}

/** The same bytes with another name are not new content, so each copy begins differently. */
function different(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt32LE(made, 12)
  return copy
}

async function kept(bytes: Buffer): Promise<string> {
  return JSON.parse((await putOurs(bytes)).text).url
}

function putChunked(body: Buffer): Promise<unknown> {
  const pieces = new ReadableStream({
    start(controller) {
      for (let at = 0; at < body.byteLength; at += 65_536) controller.enqueue(body.subarray(at, at + 65_536))
      controller.close()
    },
  })
  return fetch(`http://127.0.0.1:${ours.port}/api/v1/files/upload`, {
    method: 'POST',
    headers: { ...ours.headers, 'content-type': 'application/pdf', 'x-filename': `chunked ${made++}.pdf` },
    body: pieces,
    duplex: 'half',
  } as RequestInit).then(async (answer) => {
    if (!answer.ok) throw new Error(await answer.text())
    await answer.arrayBuffer()
  })
}

function tenTimes(work: () => Promise<unknown>): Promise<unknown> {
  return Promise.all(Array.from({ length: 10 }, work))
}

/** The peak memory that the work adds, in MB. */
async function grown(work: () => Promise<unknown>, pid = ours.pid): Promise<number> {
  const held = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) /
    1024
  // Resets the peak.
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  const before = held('VmRSS')
  await work()
  return Math.round(held('VmHWM') - before)
}

async function fillFiles(): Promise<void> {
  const { items } = await ours.call<{ items: { id: string }[] }>('GET', '/api/v1/teams')
  const team = items[0]?.id ?? ''
  for (let from = 0; from < FILES_LISTED; from += 10_000)
    await ours.batch([
      {
        sql: `INSERT INTO files (id, team_id, name, version, content_type, size_bytes, sha256, tags, created_at, updated_at)
          WITH RECURSIVE n(i) AS (SELECT ?2 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 + 9999)
          SELECT 'file_' || printf('%026d', i), ?1, 'folder ' || (i % 100) || '/file ' || i || '.txt', 1, 'text/plain', i, '', '[]', i, i FROM n`,
        params: [team, from],
      },
    ])
  for (let n = 0; n < 30; n++) await ours.call('POST', '/api/v1/teams', { name: `Team ${n}` })
}

function report(
  lines: Line[],
  memory: readonly (readonly [string, number | null, number])[],
  busyRounds: number,
): string {
  const rates = lines.map(
    ({ name, bare: theirs, ours: own, ratio, aim }) =>
      `| ${name} | ${theirs.toFixed(1)} | ${own.toFixed(1)} | ${Math.round(ratio * 100)} % | ${aim * 100} % |`,
  )
  const held = memory.map(([name, aim, mb]) => `| ${name} | ${mb} | ${aim === null ? '' : `< ${aim}`} |`)
  return `${values.rounds} rounds of ${seconds} s (${busyRounds} begun on a busy machine), on ${cpus().length} cores (${cpus()[0]?.model.trim()}), which the
client shares. Medians of the rounds, the ratios within each round. The list is compared with our list of teams, which \`bench:http\` measures.

| case | bare a second | ours a second | ratio | aim |
| --- | --- | --- | --- | --- |
${rates.join('\n')}

| memory | MB more | aim |
| --- | --- | --- |
${held.join('\n')}
`
}
