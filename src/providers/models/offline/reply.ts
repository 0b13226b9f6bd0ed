// The answer of the offline model: deterministic rules over the prompt. docs/models.md describes what it can and
// cannot do.
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
} from '@ai-sdk/provider'
import { fnv1a } from '../../../core/fnv.ts'
import type { Json } from '../../../core/json.ts'
import { fillSchema } from './fill.ts'
import { keywordsOf, labelFor, quotedOf, sharedWords, summaryOf, wordsOfName } from './words.ts'

export type Reply = { text: string; calls: { id: string; name: string; input: Json }[] }

/** How much of a text the rules use. */
const MAX_TEXT = 50_000

type Options = Pick<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'toolChoice' | 'responseFormat'>

export function replyTo({ prompt, tools = [], toolChoice, responseFormat }: Options): Reply {
  const { asked, turns, results } = lastExchange(prompt)
  const offered = tools.filter((tool): tool is LanguageModelV4FunctionTool => tool.type === 'function')
  const calls = callsFor(asked, turns, offered, toolChoice)
  if (calls.length > 0) return { text: '', calls }
  if (responseFormat?.type === 'json') {
    const source = [asked, ...results.map(({ text }) => text)].join('\n')
    return { text: JSON.stringify(fillSchema(responseFormat.schema ?? {}, source)), calls: [] }
  }
  return { text: results.length > 0 ? fromResults(asked, results) : inWords(asked, prompt), calls: [] }
}

type Exchange = {
  /** The last message of the user. */
  asked: string
  /** How many tool calls were made since. */
  turns: number
  results: { name: string; text: string; isError: boolean }[]
}

function lastExchange(prompt: LanguageModelV4Message[]): Exchange {
  const start = prompt.findLastIndex(({ role }) => role === 'user')
  const asked = start === -1 ? '' : textOf(prompt[start])
  const since = prompt.slice(start + 1)
  const turns = since.filter(
    (message) => message.role === 'assistant' && message.content.some(({ type }) => type === 'tool-call'),
  ).length
  const results = since.flatMap((message) =>
    message.role !== 'tool'
      ? []
      : message.content.flatMap((part) =>
          part.type !== 'tool-result'
            ? []
            : [
                {
                  name: part.toolName,
                  text: resultText(part.output),
                  isError: part.output.type.startsWith('error') || part.output.type === 'execution-denied',
                },
              ],
        ),
  )
  return { asked: asked.slice(0, MAX_TEXT), turns, results }
}

function textOf(message: LanguageModelV4Message | undefined): string {
  if (message === undefined) return ''
  if (typeof message.content === 'string') return message.content
  return message.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
}

function resultText(output: { type: string; value?: unknown; reason?: unknown }): string {
  const { value = output.reason ?? '' } = output
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_TEXT)
}

/**
 * `…, then …` and the items of a list are done one after another. All calls of one step are made at once. White space
 * is only matched from its beginning, because matching a long run from each position would be slow.
 */
const NEXT_STEP =
  /(?:(?<!\s)|(?=[,;.]))[,;.]?\s+(?:and\s+)?(?:then|after that|afterwards|finally)\b,?\s*|\n[^\S\n]*(?:\d+[.)]|[-*])\s+/i

const MAX_CALLS = 16
const MAX_STEPS = 200

function callsFor(
  asked: string,
  turns: number,
  tools: LanguageModelV4FunctionTool[],
  choice: LanguageModelV4CallOptions['toolChoice'],
): Reply['calls'] {
  if (tools.length === 0 || choice?.type === 'none') return []
  const forced = choice?.type === 'tool' ? tools.find(({ name }) => name === choice.toolName) : undefined
  const steps = asked.split(NEXT_STEP, MAX_STEPS).map((step) => ({ step, wanted: wantedIn(step, tools) }))
  const working = steps.filter(({ wanted }) => wanted.length > 0)
  const now = working[turns]
  const wanted =
    forced !== undefined
      ? [{ tool: forced, part: asked }]
      : now !== undefined
        ? now.wanted
        : choice?.type === 'required'
          ? [{ tool: closest(asked, tools), part: asked }]
          : []
  return wanted.slice(0, MAX_CALLS).map(({ tool, part }, index) => ({
    id: `call_${turns}_${index}_${fnv1a(asked + tool.name).toString(36)}`,
    name: tool.name,
    input: fillSchema(tool.inputSchema, part),
  }))
}

type Wanted = { tool: LanguageModelV4FunctionTool; part: string }

/**
 * The tools that a step mentions, each with the words up to the next name. Without any, the tool that returns what is
 * needed.
 */
function wantedIn(step: string, tools: LanguageModelV4FunctionTool[]): Wanted[] {
  const named = tools
    .flatMap((tool) => placesOf(step, tool.name).map(({ from, to }) => ({ tool, from, to })))
    .sort((a, b) => a.from - b.from || b.to - a.to)
    // `files.read` does not mention `read`.
    .filter((one, index, all) => !all.slice(0, index).some((other) => other.to >= one.to))
  if (named.length === 1 && named[0]) return [{ tool: named[0].tool, part: withoutSpan(step, named[0]) }]
  if (named.length > 1)
    return named.map(({ tool, to }, index) => ({ tool, part: step.slice(to, named[index + 1]?.from) }))
  const words = keywordsOf(step)
  const [best] = tools
    .map((tool) => ({ tool, score: scoreOf(tool, words) }))
    .sort((a, b) => b.score - a.score || (a.tool.name < b.tool.name ? -1 : 1))
  return best !== undefined && best.score >= 2 ? [{ tool: best.tool, part: step }] : []
}

/** A shared word of the name counts twice. */
const scoreOf = (tool: LanguageModelV4FunctionTool, words: string[]): number =>
  2 * sharedWords(keywordsOf(wordsOfName(tool.name).join(' ')), words) +
  sharedWords(keywordsOf(tool.description ?? ''), words)

function closest(text: string, tools: LanguageModelV4FunctionTool[]): LanguageModelV4FunctionTool {
  const words = keywordsOf(text)
  return tools.reduce((best, tool) => (scoreOf(tool, words) > scoreOf(best, words) ? tool : best))
}

function placesOf(text: string, name: string): { from: number; to: number }[] {
  const parts = wordsOfName(name).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  if (parts.length === 0) return []
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${parts.join('[\\s._-]*')}(?![\\p{L}\\p{N}])`, 'giu')
  return [...text.matchAll(pattern)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
  }))
}

const withoutSpan = (text: string, { from, to }: { from: number; to: number }): string =>
  `${text.slice(0, from)} ${text.slice(to)}`.replace(/\b(?:use|call|run|with|the|tool)\b/gi, ' ').trim()

function fromResults(asked: string, results: Exchange['results']): string {
  if (/\bsummar|\btl;?dr\b/i.test(asked)) return summaryOf(results.map(({ text }) => text).join('\n'))
  return results
    .map(({ name, text, isError }) => `${name}${isError ? ' failed' : ''}: ${text.slice(0, 1_000)}`)
    .join('\n')
}

/** `as a, b or c`, `into one of: a, b`, `labels: a, b`. For a text without runs of white space. */
const LABELS =
  /\b(?:as|into|labels?|categories|category|classes|one of)\b\s*(?:one of|either|the|these|labels?|categories)?\s*[:=]?\s*\(?((?:["'`]?[\p{L}\p{N}_-]{1,64}(?: [\p{L}\p{N}_-]{1,64})?["'`]?\s*(?:,|\/|\bor\b|\band\b)\s*){1,100}(?:or |and )?["'`]?[\p{L}\p{N}_-]{1,64}["'`]?)/iu

function inWords(asked: string, prompt: LanguageModelV4Message[]): string {
  const instructions = prompt
    .filter(({ role }) => role === 'system')
    .map(textOf)
    .join('\n')
    .slice(0, MAX_TEXT)
  const task = `${instructions}\n${asked}`
  if (/\bclassif|\bcategori[sz]e|\blabel\b/i.test(task)) {
    const list = LABELS.exec(squeezed(asked))?.[1] ?? LABELS.exec(squeezed(instructions))?.[1]
    const labels = list
      ?.split(/\s*(?:,|\/|\bor\b|\band\b)\s*/)
      .map((one) => one.replace(/["'`()]/g, '').trim())
    const known = labels?.filter((one) => one !== '') ?? []
    if (known.length > 1) return labelFor(squeezed(contentOf(asked)).replace(list ?? '', ' '), known)
  }
  if (/\bsummar|\btl;?dr\b|\bshorten\b/i.test(task)) return summaryOf(contentOf(asked))
  const excerpt = asked.trim()
  return [
    'This is the offline model: it follows simple rules and uses no language model.',
    excerpt === ''
      ? 'The prompt has no text.'
      : `The prompt was: ${excerpt.slice(0, 500)}${excerpt.length > 500 ? '…' : ''}`,
  ].join(' ')
}

const squeezed = (text: string): string => text.replace(/\s+/g, ' ')

/** The text that a task is about: the quoted text, the text after the first colon or line, or all of it. */
function contentOf(asked: string): string {
  const quoted = quotedOf(asked).filter((text) => text.length > 20)
  if (quoted.length > 0) return quoted.join('\n')
  const after = /^[^\n:]{0,200}(?::|\n)\s*([\s\S]{10,})$/.exec(asked)
  return after?.[1] ?? asked
}
