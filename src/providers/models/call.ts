// One call of one model through the providers of the AI SDK. Invariants:
// 1. It is one request: nothing here retries, so a recorded attempt is one call to the provider.
// 2. Errors of a provider are never thrown from here. They become a failure with a reason.
// 3. Tools are described to the model, and never executed here.
import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { Json } from '../../core/json.ts'
import { checkValue } from '../../engine/json-schema/check-value.ts'
import { compileSchema } from '../../engine/json-schema/compile.ts'
import { type Classified, classify, failure } from './classify.ts'
import {
  type Folded,
  foldPart,
  MAX_ANSWER_CHARS,
  MAX_TOOL_CALLS,
  messageOf,
  newFold,
  textOf,
} from './fold.ts'
import { wireNames } from './names.ts'
import { readObject } from './object.ts'
import { optionsFor } from './options.ts'
import { promptOf } from './prompt.ts'
import { adaptSchema } from './schemas/adapt.ts'
import { DEFAULT_TIMEOUT_MS } from './timeout.ts'
import type { ModelFailure, ModelRequest, ModelSuccess, OnDelta } from './types.ts'
import { isWrittenCall } from './written-call.ts'

/** An answer before its price is known. */
export type Unpriced = Omit<ModelSuccess, 'costMicros'> | Omit<ModelFailure, 'costMicros'>

export type CallContext = {
  signal: AbortSignal
  now: () => number
  onDelta: OnDelta
  /** Removes the key from the text of an error. */
  hide: (text: string) => string
}

export async function callModel(
  model: LanguageModelV4,
  request: ModelRequest,
  { signal, now, onDelta, hide }: CallContext,
): Promise<Unpriced> {
  const { rung, tools = [], schema } = request
  const started = now()
  const folded = newFold()
  let firstAt: number | null = null
  const failed = ({ message, ...why }: Classified): Unpriced => ({
    ok: false,
    provider: rung.provider,
    model: rung.model,
    ...why,
    message: hide(message),
    ...(folded.parts.length === 0 ? {} : { text: textOf(folded) }),
    usage: folded.usage,
    firstTokenMs: firstAt === null ? null : firstAt - started,
    durationMs: now() - started,
    hadContent: folded.hadContent,
  })

  const names = wireNames([...tools.map(({ name }) => name), ...namesIn(request.messages)])
  const prompt = promptOf(request.instructions, request.messages, names.wire)
  if (!prompt.ok) return failed(failure('bad_request', `The messages cannot be sent: ${prompt.error}.`))
  const options: LanguageModelV4CallOptions = {
    prompt: prompt.value,
    ...optionsFor(rung),
    headers: { 'idempotency-key': request.key },
    ...(schema === undefined
      ? {}
      : { responseFormat: { type: 'json', schema: adaptSchema(rung.provider, schema), name: 'answer' } }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }) => ({
            type: 'function',
            name: names.wire(name),
            description,
            inputSchema: adaptSchema(rung.provider, inputSchema),
          })),
          toolChoice: { type: request.toolChoice ?? 'auto' },
        }),
  }

  const limit = new AbortController()
  const timeoutMs = rung.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const timer = setTimeout(() => limit.abort(new DOMException('timed out', 'TimeoutError')), timeoutMs)
  const abortSignal = AbortSignal.any([signal, limit.signal])
  try {
    const { stream } = await model.doStream({ ...options, abortSignal })
    for await (const part of stream as unknown as AsyncIterable<Parameters<typeof foldPart>[1]>) {
      abortSignal.throwIfAborted()
      const delta = foldPart(folded, part)
      if (delta !== null) {
        firstAt ??= now()
        onDelta(delta.name === undefined ? delta : { ...delta, name: names.ours(delta.name) })
      }
      const reason = unusableReason(folded)
      if (reason !== null) return failed(failure('bad_answer', `${rung.provider} gave ${reason}.`))
    }
    // Some streams end without an error when they are aborted.
    abortSignal.throwIfAborted()
  } catch (error) {
    folded.error ??= { value: error }
  } finally {
    clearTimeout(timer)
  }
  if (folded.error !== null || signal.aborted || limit.signal.aborted)
    return failed(
      classify(folded.error?.value, rung.provider, {
        isCancelled: signal.aborted,
        isTimeout: limit.signal.aborted,
      }),
    )
  if (folded.finish === null || !isWhole(folded.finish))
    return failed(failure('connection', `The answer of ${rung.provider} was interrupted.`))

  const { messages, toolCalls } = messageOf(folded, names.ours, argumentCheck(tools))
  const text = textOf(folded)
  const isRefused = folded.finish.reason === 'content-filter'
  const isCut = folded.finish.reason === 'length'
  if (text.trim() === '' && toolCalls.length === 0 && !isRefused && !isCut)
    return failed(failure('bad_answer', `${rung.provider} gave an empty answer.`))
  const isTool = (name: string) => tools.some((tool) => tool.name === names.ours(name))
  if (schema === undefined && toolCalls.length === 0 && isWrittenCall(text, isTool))
    return failed(failure('bad_answer', `${rung.provider} wrote a tool call as text.`))
  const object = schema === undefined || toolCalls.length > 0 || isRefused ? null : readObject(text, schema)
  if (object !== null && !object.ok) return failed(failure('bad_schema', object.error))
  return {
    ok: true,
    provider: rung.provider,
    model: rung.model,
    messages,
    text,
    ...(object === null ? {} : { object: object.value }),
    toolCalls,
    finishReason: isRefused ? 'refused' : toolCalls.length > 0 ? 'tool' : isCut ? 'length' : 'stop',
    usage: folded.usage,
    firstTokenMs: firstAt === null ? null : firstAt - started,
    durationMs: now() - started,
    isOffline: model.provider === 'offline',
  }
}

/**
 * With some providers of the SDK, a stream that was cut off ends with the reason `other`, and without a reason from
 * the provider.
 */
const isWhole = ({ reason, raw }: NonNullable<Folded['finish']>): boolean =>
  reason !== 'error' && reason !== 'interrupted' && !(reason === 'other' && raw === undefined)

function unusableReason({ calls, names, chars }: Folded): string | null {
  if (Math.max(calls.length, names.size) > MAX_TOOL_CALLS) return `more than ${MAX_TOOL_CALLS} tool calls`
  return chars > MAX_ANSWER_CHARS ? 'an answer without end' : null
}

function* namesIn(messages: Json[]): Generator<string> {
  for (const message of messages) {
    const content = (message as { content?: unknown } | null)?.content
    for (const part of Array.isArray(content) ? (content as { toolName?: unknown }[]) : [])
      if (typeof part?.toolName === 'string') yield part.toolName
  }
}

/** Checks against the tool's own schema, not the one that was adapted for the provider. */
function argumentCheck(tools: NonNullable<ModelRequest['tools']>) {
  const byName = new Map(tools.map((tool) => [tool.name, tool.inputSchema]))
  return (name: string, input: Json): string | null => {
    const schema = byName.get(name)
    if (schema === undefined) return `The tool ${JSON.stringify(name)} does not exist.`
    const compiled = compileSchema(schema)
    if (!compiled.ok) return null
    const problems = checkValue(compiled.value, input)
    return problems.length === 0
      ? null
      : problems
          .slice(0, 5)
          .map(({ path, message }) => `${path || '/'} ${message}`)
          .join('; ')
  }
}
