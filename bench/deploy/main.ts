// npm run bench:deploy [-- --rounds 3 --files 1000 --patience 60 --save bench/deploy/results.md]
// Uploads a site of small files to a local S3 store, with a deployment and with a plain script that uses the same
// signing library and the same number of parallel uploads. They take turns. Needs the store of test/clients: run npm
// ci in that folder. Also measures what reading a credential costs.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { AwsClient } from 'aws4fetch'
import { downloadZip } from 'client-zip'
import { inRoot } from '../../scripts/server/paths.ts'
import { type Engine, startEngine } from '../engine/servers.ts'
import { untilQuiet } from '../quiet.ts'
import { median } from '../stats.ts'
import { credentialCost, startEcho } from './credential.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    files: { type: 'string', default: '1000' },
    patience: { type: 'string', default: '60' },
    save: { type: 'string' },
  },
})
const FILE_BYTES = 10_000
/** As many as a deployment sends. */
const AT_ONCE = 6
const KEY = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', region: 'us-east-1', service: 's3' }

type Site = Map<string, Uint8Array<ArrayBuffer>>
type Deployment = { id: string; status: string; durationMs: number; error: unknown; files: { sent: number } }

const folder = mkdtempSync(join(tmpdir(), 'orrery-store-'))
const store: ChildProcess = spawn(process.execPath, [inRoot('bench/deploy/store.ts'), folder], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const storeUrl = String((await once(store.stdout as NodeJS.ReadableStream, 'data'))[0]).trim()
const echo = await startEcho()
const ours = await startEngine(false, `${new URL(storeUrl).host},${echo.host}`)
try {
  const { id: integrationId } = await ours.call<{ id: string }>('POST', '/api/v1/users/integrations', {
    ...{ type: 'aws-s3', name: 'Store', secrets: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } },
    config: { bucket: 'bench', region: 'us-east-1', endpoint: storeUrl, pathStyle: true },
  })
  const plain: number[] = []
  const whole: number[] = []
  const changed: number[] = []
  let busyRounds = 0
  for (let round = 0; round < Number(values.rounds); round++) {
    if (!(await untilQuiet(Number(values.patience) * 1_000))) busyRounds++
    const site = siteOf(round)
    plain.push(await sendPlain(site, `plain-${round}`))
    whole.push(await deploy(ours, integrationId, site, `ours-${round}`, site.size))
    site.set('file-7.txt', contentOf(round, -1))
    changed.push(await deploy(ours, integrationId, site, `ours-${round}`, 1))
    console.error(`round ${round + 1} of ${values.rounds}`)
  }
  const credential = await credentialCost(ours, echo)
  const ratio = median(whole.map((ms, round) => ms / (plain[round] ?? Number.NaN)))
  const again = median(changed.map((ms, round) => ms / (whole[round] ?? Number.NaN)))
  const text = `${values.rounds} rounds (${busyRounds} begun on a busy machine) of ${values.files} files of ${FILE_BYTES} bytes, ${AT_ONCE} at a time, on ${cpus().length} cores
(${cpus()[0]?.model.trim()}), which the store shares. Medians of the rounds, the ratios within each round.

| case | ms | ratio | aim |
| --- | --- | --- | --- |
| a plain script | ${Math.round(median(plain))} | | |
| a deployment from a zip | ${Math.round(median(whole))} | ${ratio.toFixed(2)} times the script | ≤ 1.3 |
| again with one changed file | ${Math.round(median(changed))} | ${Math.round(again * 100)} % of the first | ≤ 10 % |
| a credential, for the first call of a run | ${credential.first.toFixed(2)} | | ≤ 2 ms |
| a credential, for each later call | ${credential.later.toFixed(2)} | | ≤ 2 ms |
`
  console.log(`\n${text}`)
  if (values.save) writeFileSync(inRoot(values.save), `# npm run bench:deploy\n\n${text}`)
} finally {
  await ours.stop()
  echo.stop()
  store.kill()
  rmSync(folder, { recursive: true, force: true })
}

function contentOf(round: number, n: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FILE_BYTES).fill(97)
  bytes.set(new TextEncoder().encode(`file ${n} of round ${round}\n`))
  return bytes
}

function siteOf(round: number): Site {
  return new Map(
    Array.from({ length: Number(values.files) }, (_, n) => [`file-${n}.txt`, contentOf(round, n)]),
  )
}

async function sendPlain(site: Site, prefix: string): Promise<number> {
  const client = new AwsClient(KEY)
  const start = performance.now()
  const left = [...site]
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [name, body] = next
      const headers = { 'content-type': 'text/plain' }
      const answer = await client.fetch(`${storeUrl}/bench/${prefix}/${name}`, {
        method: 'PUT',
        body,
        headers,
      })
      if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
      await answer.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return performance.now() - start
}

/** From the creation of the deployment to its end, by its own times. The zip is uploaded before. */
async function deploy(
  { port, headers, call }: Engine,
  integrationId: string,
  site: Site,
  project: string,
  expected: number,
): Promise<number> {
  const zip = await downloadZip([...site].map(([name, input]) => ({ name, input }))).arrayBuffer()
  const uploaded = await fetch(`http://127.0.0.1:${port}/api/v1/files/upload`, {
    method: 'POST',
    headers: { ...headers, 'x-filename': 'site.zip', 'content-type': 'application/zip' },
    body: zip,
  })
  if (!uploaded.ok) throw new Error(await uploaded.text())
  const body = { platform: 'aws-s3', integrationId, project, source: { zip: 'site.zip' }, production: true }
  const { id } = await call<Deployment>('POST', '/api/v1/deployments', body)
  for (;;) {
    const done = await call<Deployment>('GET', `/api/v1/deployments/${id}`)
    if (done.status === 'ready' && done.files.sent === expected) return done.durationMs
    if (['ready', 'failed', 'cancelled'].includes(done.status)) throw new Error(JSON.stringify(done))
    await pause(100)
  }
}
