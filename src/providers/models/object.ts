// Extracts the JSON of an answer with a schema. Models often wrap it in a code fence or in text.
import { type Json, parseJson } from '../../core/json.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { checkValue } from '../../engine/json-schema/check-value.ts'
import { compileSchema } from '../../engine/json-schema/compile.ts'
import type { JsonSchema } from './types.ts'

const FENCE = '```'

export function readObject(text: string, schema: JsonSchema): Result<Json, string> {
  const parsed = parse(text)
  if (parsed === undefined) return err('The answer is not valid JSON.')
  const compiled = compileSchema(schema)
  if (!compiled.ok) return ok(parsed)
  const problems = checkValue(compiled.value, parsed)
  if (problems.length === 0) return ok(parsed)
  const lines = problems.slice(0, 5).map(({ path, message }) => `${path || '/'} ${message}`)
  return err(`The answer does not fit its schema: ${lines.join('; ')}`)
}

function parse(text: string): Json | undefined {
  const whole = parseJson(text.trim())
  if (whole.ok) return whole.value
  const fenced = fencedJson(text)
  const inner = fenced === undefined ? whole : parseJson(fenced)
  return inner.ok ? inner.value : undefined
}

/** The lines of the first code fence that has no language, or `json`. A fence ends with a line that begins with it, so JSON may quote one. */
function fencedJson(text: string): string | undefined {
  let content: string[] | null = null
  let isJson = false
  for (const line of text.split('\n')) {
    const bare = line.trim()
    if (content === null) {
      isJson = bare.endsWith(FENCE) || bare.endsWith(`${FENCE}json`)
      if (isJson || bare.startsWith(FENCE)) content = []
    } else if (!bare.startsWith(FENCE)) content.push(line)
    else if (isJson) return content.join('\n')
    else content = null
  }
  return undefined
}
