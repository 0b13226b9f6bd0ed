// Some models write a tool call as text, where nothing would execute it. This recognizes an answer that is such a
// call, of an offered tool, and nothing else.
import { parseJson } from '../../core/json.ts'
import { isObject } from '../../engine/json-schema/types.ts'

const MAX_CHARS = 20_000
const ARGUMENTS = ['arguments', 'parameters', 'args', 'input']

export function isWrittenCall(text: string, isTool: (name: string) => boolean): boolean {
  if (text.length > MAX_CHARS) return false
  const fenced = without(text.trim(), /^```\w*\s*/, '```')
  const bare = without(fenced, /^<tool_call>\s*/, '</tool_call>').replace(/^\[TOOL_CALLS\]\s*/, '')
  const named = /^<function=([\w.-]+)>/.exec(bare)
  if (named !== null) return isTool(named[1] ?? '')
  if (!/^[[{]/.test(bare)) return false
  const parsed = parseJson(bare)
  if (!parsed.ok) return false
  const calls = Array.isArray(parsed.value) ? parsed.value : [parsed.value]
  return calls.length > 0 && calls.every((call) => isCall(call, isTool))
}

/** A regular expression for the end would try each of many spaces in turn. */
function without(text: string, start: RegExp, end: string): string {
  const rest = text.replace(start, '')
  return rest.endsWith(end) ? rest.slice(0, -end.length).trimEnd() : rest
}

function isCall(call: unknown, isTool: (name: string) => boolean): boolean {
  if (!isObject(call)) return false
  const { name, tool, function: inner } = call
  if (isObject(inner)) return isCall(inner, isTool)
  const called = name ?? tool ?? inner
  return typeof called === 'string' && isTool(called) && ARGUMENTS.some((key) => key in call)
}
