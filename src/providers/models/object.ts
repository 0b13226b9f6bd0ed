// Extracts the JSON of an answer with a schema. Models often wrap it in a code fence or in text.
import { type Json, parseJson } from '../../core/json.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { checkValue } from '../../engine/json-schema/check-value.ts'
import { compileSchema } from '../../engine/json-schema/compile.ts'
import type { JsonSchema } from './types.ts'

const FENCED = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/

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
  const fenced = FENCED.exec(text)?.[1]
  const inner = fenced === undefined ? whole : parseJson(fenced)
  return inner.ok ? inner.value : undefined
}
