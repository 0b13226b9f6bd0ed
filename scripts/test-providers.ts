// npm run test:providers: three short calls to each provider whose key is in the environment (a text, a tool, an
// object). The others are skipped. Costs a fraction of a cent. Ends with a line of totals.
import { callModel } from '../src/providers/models/call.ts'
import { connect, type ModelTarget } from '../src/providers/models/connect.ts'
import {
  DEFAULT_MODELS,
  type ModelRequest,
  type ModelSuccess,
  type ProviderName,
} from '../src/providers/models/index.ts'

type Known = { provider: ProviderName; setting: string; model?: string }

const KNOWN: Known[] = [
  { provider: 'openai', setting: 'OPENAI_API_KEY' },
  { provider: 'anthropic', setting: 'ANTHROPIC_API_KEY' },
  { provider: 'google', setting: 'GOOGLE_GENERATIVE_AI_API_KEY' },
  { provider: 'deepseek', setting: 'DEEPSEEK_API_KEY' },
  { provider: 'ollama', setting: 'OLLAMA_BASE_URL', model: process.env.OLLAMA_MODEL ?? 'llama3.2' },
]

const weather = {
  name: 'city.weather',
  description: 'Tells the weather of a city',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const person = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
}

type Success = Omit<ModelSuccess, 'costMicros'>
type Case = {
  name: string
  request: Pick<ModelRequest, 'messages' | 'tools' | 'schema'>
  fits: (answer: Success) => boolean
}

const says = (content: string) => [{ role: 'user', content }]
const CASES: Case[] = [
  {
    name: 'text',
    request: { messages: says('Answer with the word OK.') },
    fits: ({ text }) => /ok/i.test(text),
  },
  {
    name: 'tool',
    request: { messages: says('What is the weather in Oslo? Use the tool.'), tools: [weather] },
    fits: ({ toolCalls }) => toolCalls[0]?.name === 'city.weather' && toolCalls[0]?.invalid === undefined,
  },
  {
    name: 'object',
    request: { messages: says('Ada is 36 years old.'), schema: person },
    fits: ({ object }) => JSON.stringify(object) === JSON.stringify({ name: 'Ada', age: 36 }),
  },
]

const reach = {
  allowHosts: ['localhost', '127.0.0.1'],
  fetchPublic: fetch,
  fetchNamed: fetch,
  faultLog: null,
}
let [passed, failed, skipped] = [0, 0, 0]

for (const { provider, setting, model = DEFAULT_MODELS[provider] ?? '' } of KNOWN) {
  const value = process.env[setting]
  if (!value) {
    console.log(`${provider}: skipped (${setting} is not set)`)
    skipped++
    continue
  }
  const isUrl = setting.endsWith('_URL')
  const target: ModelTarget = { provider, apiKey: isUrl ? null : value, baseUrl: isUrl ? value : null }
  const language = await connect(target, model, { reach, ai: undefined })
  for (const { name, request, fits } of CASES) {
    const answer = await callModel(
      language,
      { rung: { provider, model, timeoutMs: 60_000 }, key: crypto.randomUUID(), ...request },
      {
        signal: new AbortController().signal,
        now: Date.now,
        onDelta: () => undefined,
        hide: (text) => text.replaceAll(value, '***'),
      },
    )
    const isGood = answer.ok && fits(answer)
    if (isGood) passed++
    else failed++
    const result = answer.ok ? `${answer.durationMs} ms` : `${answer.reason}: ${answer.message}`
    console.log(`${provider} ${model} ${name}: ${isGood ? 'passed' : 'failed'}, ${result}`)
  }
}
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 ? 1 : 0
