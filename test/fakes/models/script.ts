// The behaviour of a fake model, selected by its name, independent of the provider's format. `tool~x` is the scenario
// `tool`; the part after the tilde only makes the name unique for a test.

/** `raw` is sent instead of the arguments as JSON. */
export type Call = { id: string; name: string; args: unknown; raw?: string }
export type Usage = { input: number; cached: number; cacheWrite: number; output: number; reasoning: number }
export type Script = {
  reasoning?: string
  text?: string[]
  calls?: Call[]
  finish: 'stop' | 'length' | 'tool' | 'filter'
  usage: Usage
}

export type Failure = {
  status: number
  type: string
  code: string
  message: string
  headers?: Record<string, string>
}

/** Where a stream is cut off. */
export type Break =
  | 'start'
  | 'inside-character'
  | 'inside-tool'
  | 'before-end'
  | 'malformed'
  | 'error-first'
  | 'error-late'

export type Scenario =
  | { kind: 'answer'; script: Script; breaks?: Break; firstMs?: number; tokenMs?: number }
  | { kind: 'failure'; failure: Failure }
  | { kind: 'html' }
  | { kind: 'hang' }

const USAGE: Usage = { input: 18, cached: 4, cacheWrite: 0, output: 7, reasoning: 2 }
const text = (words: string): Script => ({ text: words.split(/(?= )/), finish: 'stop', usage: USAGE })
const callsOf = (...calls: Call[]): Script => ({
  reasoning: 'I need the weather.',
  calls,
  finish: 'tool',
  usage: USAGE,
})

const KINDS: Record<string, Partial<Failure>> = {
  credit: { code: 'insufficient_quota', message: 'Your credit balance is too low.' },
  quota: {
    code: 'insufficient_quota',
    type: 'insufficient_quota',
    message: 'You exceeded your current quota.',
  },
  key: {
    type: 'authentication_error',
    code: 'API_KEY_INVALID',
    message: 'API key not valid. Please pass a valid API key.',
  },
  context: {
    code: 'context_length_exceeded',
    message: "This model's maximum context length is 8192 tokens.",
  },
  policy: { code: 'content_policy_violation', message: 'The request was refused by our safety system.' },
  model: { code: 'model_not_found', message: 'The model `x` does not exist.' },
}

const STATUS: Record<number, Partial<Failure>> = {
  401: { type: 'authentication_error', code: 'invalid_api_key', message: 'Incorrect API key provided: KEY.' },
  429: { type: 'rate_limit_error', code: 'rate_limit_exceeded', headers: { 'retry-after': '7' } },
  529: { type: 'overloaded_error', code: 'overloaded', message: 'Overloaded' },
}

export type Asked = {
  model: string
  tools: string[]
  hasResults: boolean
  firstContent: string
  /** The result of the last tool. */
  lastContent: string
  /** The number of earlier answers. */
  turns: number
  key: string
}

export function scenarioOf({
  model,
  tools,
  hasResults,
  firstContent,
  lastContent,
  turns,
  key,
}: Asked): Scenario {
  const [name = ''] = model.split('~')
  const failed = /^err(\d{3})(?:-(\w+))?$/.exec(name)
  if (failed) {
    const status = Number(failed[1])
    const failure: Failure = {
      status,
      type: 'invalid_request_error',
      code: 'error',
      message: `Something is wrong (${status}).`,
      ...STATUS[status],
      ...KINDS[failed[2] ?? ''],
    }
    return { kind: 'failure', failure: { ...failure, message: failure.message.replace('KEY', key) } }
  }
  const answer = (script: Script, more: object = {}): Scenario => ({ kind: 'answer', script, ...more })
  const hello = text('Grüße an dich')
  const [tool = 'city_weather'] = tools
  const weather = (id: string, city: string): Call => ({ id, name: tool, args: { city } })
  switch (name) {
    case 'html':
      return { kind: 'html' }
    case 'hang':
      return { kind: 'hang' }
    case 'tool':
      return answer(hasResults ? text('It is 21 degrees.') : callsOf(weather('call_1', 'Oslo')))
    case 'tools3':
      return answer(
        hasResults
          ? text('It is 21 degrees.')
          : callsOf(weather('call_1', 'Oslo'), weather('call_2', 'Rome'), weather('call_3', 'Bern')),
      )
    case 'say':
      // Calls with the arguments that the user wrote: `{"name", "args"}`, or a list of them.
      return answer(hasResults ? text('Done.') : callsOf(...requestedCalls(firstContent)))
    case 'obey':
      // Does whatever the result of a tool says, once.
      return answer(
        turns > 1
          ? text('Done.')
          : callsOf(...requestedCalls(hasResults ? jsonIn(lastContent) : firstContent)),
      )
    case 'always':
      // Never ends: the calls that the user wrote, in turn. `#` in them is another number each time.
      return answer(callsOf(...turnOf(firstContent, turns)))
    case 'unknown-tool':
      return answer(callsOf({ id: 'call_1', name: 'format_disk', args: {} }))
    case 'fused-tool':
      return answer(callsOf({ id: 'call_1', name: tool + tool, args: { city: 'Oslo' } }))
    case 'written-call':
      return answer(
        text(`<tool_call>${JSON.stringify({ name: tool, arguments: { city: 'Oslo' } })}</tool_call>`),
      )
    case 'bad-arguments':
      return answer(callsOf({ id: 'call_1', name: tool, args: { city: 7 } }))
    case 'wild':
      return answer(callsOf(...Array.from({ length: 200 }, (_, i) => weather(`call_${i}`, 'Oslo'))))
    case 'json':
      return answer(asJson('{"name":"Ada","n":42}', tools))
    case 'bad-json':
      return answer(asJson('{"name": "Ada", "n":', tools))
    case 'other-json':
      return answer(asJson('{"name": 7}', tools))
    case 'empty':
      return answer({ text: [], finish: 'stop', usage: USAGE })
    case 'length':
      return answer({ ...hello, finish: 'length' })
    case 'filter':
      return answer({ text: [], finish: 'filter', usage: USAGE })
    case 'reason':
      return answer({ ...hello, reasoning: 'Greet them.' })
    case 'slow-first':
      return answer(hello, { firstMs: 400 })
    case 'slow':
      return answer(hello, { tokenMs: 150 })
    case 'cut-start':
      return answer(hello, { breaks: 'start' })
    case 'cut-character':
      return answer(hello, { breaks: 'inside-character' })
    case 'cut-tool':
      return answer(callsOf(weather('call_1', 'Oslo')), { breaks: 'inside-tool' })
    case 'cut-end':
      return answer(hello, { breaks: 'before-end' })
    case 'malformed':
      return answer(hello, { breaks: 'malformed' })
    case 'error-first':
      return answer(hello, { breaks: 'error-first' })
    case 'error-late':
      return answer(hello, { breaks: 'error-late' })
    default:
      return answer(hello)
  }
}

/** Answers with these words. */
export const saying = (words: string): Scenario => ({ kind: 'answer', script: text(words) })

/** Models of Anthropic without structured output must call a tool whose arguments are the answer. */
const asJson = (raw: string, tools: string[]): Script =>
  tools.includes('json')
    ? { calls: [{ id: 'call_1', name: 'json', args: {}, raw }], finish: 'tool', usage: USAGE }
    : text(raw)

function requestedCalls(content: string): Call[] {
  const value = JSON.parse(content) as { name: string; args: unknown } | { name: string; args: unknown }[]
  return (Array.isArray(value) ? value : [value]).map(({ name, args }, index) => ({
    id: `call_${index}`,
    name,
    args,
  }))
}

/** The list of calls inside other words. */
const jsonIn = (content: string): string => /\[\{.*\}\]/s.exec(content.replaceAll('\\"', '"'))?.[0] ?? '[]'

function turnOf(content: string, turns: number): Call[] {
  const list = JSON.parse(content) as { name: string; args: unknown }[][]
  const now = JSON.stringify(list[turns % list.length]).replaceAll('#', String(turns))
  return requestedCalls(now).map((call, index) => ({ ...call, id: `call_${turns}_${index}` }))
}
