// The script of the live page, run against a minimal page and server.
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { livePage } from '../../src/modules/runs/live/page.ts'

const RUN = 'run_01k0000000000000000000000a'

type Element = {
  textContent: string
  hidden: boolean
  value: number
  dataset: Record<string, string>
  append: (...items: Element[]) => void
  addEventListener: (type: string, listen: (event: unknown) => Promise<void>) => void
}

/** The texts of the page after its script has followed the run, with the given token. */
async function followed(answers: Record<string, () => Response>) {
  const items: Element[] = []
  const elements = new Map<string, Element>()
  const element = (): Element => ({
    textContent: '',
    hidden: false,
    value: 0,
    dataset: {},
    append: (...more) => items.push(...more),
    addEventListener: () => undefined,
  })
  const named = (name: string): Element => {
    const known = elements.get(name) ?? element()
    elements.set(name, known)
    return known
  }
  const asked: [path: string, headers: Record<string, string>][] = []
  let done = (): void => undefined
  const settled = new Promise<void>((resolve) => {
    done = resolve
  })
  const { html } = await livePage()
  const script = /<script>([\s\S]*)<\/script>/.exec(html)?.[1] ?? ''
  // The last action of `start` on the promise of following shows that it is over.
  const traced = script.replace(
    'const start = (token) => follow(token)',
    'const start = (token) => follow(token).finally(over)',
  )
  expect(traced).not.toBe(script)
  runInNewContext(traced, {
    location: { pathname: `/runs/${RUN}/live` },
    document: {
      getElementById: named,
      querySelector: named,
      createElement: element,
    },
    sessionStorage: { getItem: () => 'token', setItem: () => undefined },
    fetch: async (path: string, { headers }: { headers: Record<string, string> }) => {
      asked.push([path, headers])
      const answer = answers[path]
      if (answer === undefined) throw new Error('network')
      return answer()
    },
    TextDecoderStream,
    over: () => setTimeout(done, 0),
  })
  await settled
  const texts = items.map(({ textContent, dataset }) => `${dataset.status} ${textContent}`)
  return { asked, texts, said: named('[role=status]').textContent, events: named('events').textContent }
}

const PATH = `/api/v1/runs/${RUN}`
const error = { code: 'http.status', message: 'The server answered 500' }
const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status })
const stream =
  (...events: unknown[]) =>
  () =>
    new Response(
      [': beat\n\n', ...events.map((event) => `id: 1\ndata: ${JSON.stringify(event)}\n\n`)].join(''),
    )

test('shows errors of a node and of the run', async () => {
  const page = await followed({
    [PATH]: json({
      status: 'running',
      error: null,
      nodes: [{ path: 'call', status: 'running', error: null }],
    }),
    [`${PATH}/events`]: stream(
      { seq: 4, type: 'node.failed', path: 'call', error },
      { seq: 5, type: 'run.failed', error },
    ),
  })
  expect(page.texts).toEqual(['failed call (http.status: The server answered 500)'])
  expect(page.said).toBe('run.failed, http.status: The server answered 500')
  expect(page.events).toContain('4  node.failed  call  http.status: The server answered 500\n')
})

test('shows earlier errors', async () => {
  const nodes = [{ path: 'call', status: 'failed', error }]
  const page = await followed({
    [PATH]: json({ status: 'failed', error, nodes }),
    [`${PATH}/events`]: stream(),
  })
  expect([page.texts, page.said]).toEqual([
    ['failed call (http.status: The server answered 500)'],
    'failed, http.status: The server answered 500',
  ])
})

test('explains why it shows nothing', async () => {
  const missing = json({ detail: 'The run was not found.' }, 404)
  expect((await followed({ [PATH]: missing })).said).toBe('The run was not found.')
  expect((await followed({ [PATH]: () => new Response('oops', { status: 502 }) })).said).toBe(
    'The server answered 502',
  )
  expect((await followed({})).said).toBe('The connection was lost: network')
})

test('names no team, so that the server searches all teams of the caller', async () => {
  const { asked } = await followed({})
  expect(asked).toEqual([[PATH, { authorization: 'Bearer token' }]])
})
