// The baseline of the engine benchmark, written as short as possible: ten steps of Cloudflare Workflows, and a new
// object that writes ten rows, or makes five calls and stores each answer.
import { DurableObject, WorkflowEntrypoint } from 'cloudflare:workers'

type Baseline = { DB: D1Database; TEN_STEPS: Workflow; TEN_ROWS: DurableObjectNamespace<TenRows> }

const POLL_MS = 2

export class TenSteps extends WorkflowEntrypoint<Baseline> {
  override async run(...[, step]: Parameters<WorkflowEntrypoint['run']>): Promise<number> {
    for (let n = 0; n < 10; n++) await step.do(`step ${n}`, async () => n)
    return Date.now()
  }
}

export class TenRows extends DurableObject<Baseline> {
  write(): number {
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE steps (n INTEGER PRIMARY KEY, output TEXT NOT NULL)')
    for (let n = 0; n < 10; n++) sql.exec('INSERT INTO steps VALUES (?, ?)', n, JSON.stringify(n))
    return 10
  }

  /** The next call is sent when the previous answer is on disk: the platform holds it back until then. */
  async call(host: string): Promise<number> {
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE steps (n INTEGER PRIMARY KEY, output TEXT NOT NULL)')
    for (let n = 0; n < 5; n++) {
      const answer = await fetch(`http://${host}/?n=${n}`)
      sql.exec('INSERT INTO steps VALUES (?, ?)', n, await answer.text())
    }
    return 5
  }
}

/** Accepted means that `create` has answered. The end is polled, because there is no notification. */
async function runWorkflow(env: Baseline): Promise<object> {
  const instance = await env.TEN_STEPS.create()
  const acceptedAt = Date.now()
  for (;;) {
    const { status, output } = await instance.status()
    if (status === 'complete') return { status, acceptedToEndMs: Number(output) - acceptedAt }
    if (status === 'errored' || status === 'terminated') return { status }
    await scheduler.wait(POLL_MS)
  }
}

const newObject = (env: Baseline) => env.TEN_ROWS.get(env.TEN_ROWS.idFromName(crypto.randomUUID()))

const writeRows = (env: Baseline): Promise<number> => newObject(env).write()

/** The object with the minimum of an API in front of it: a read before, a row for lists after. */
async function writeRowsAndIndex(env: Baseline, context: ExecutionContext): Promise<number> {
  await env.DB.prepare('SELECT * FROM workflows WHERE id = ?').bind('wf').first()
  const rows = await writeRows(env)
  const insert = env.DB.prepare('INSERT INTO runs VALUES (?, ?)').bind(crypto.randomUUID(), 'succeeded')
  context.waitUntil(insert.run())
  return rows
}

export default {
  async fetch(request, env, context) {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/workflow') return Response.json(await runWorkflow(env))
    if (pathname === '/object') return Response.json({ rows: await writeRows(env) })
    if (pathname === '/object-and-index')
      return Response.json({ rows: await writeRowsAndIndex(env, context) })
    if (pathname === '/object-and-calls')
      return Response.json({ rows: await newObject(env).call(searchParams.get('to') ?? '') })
    return new Response(null, { status: 404 })
  },
} satisfies ExportedHandler<Baseline>
