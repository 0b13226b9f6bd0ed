// The warnings when a tool or the schema of an answer is saved: what a provider cannot accept at all, and what it
// does not see.
import { compileSchema } from '../../../engine/json-schema/compile.ts'
import { isObject } from '../../../engine/json-schema/types.ts'
import { isProvider, type JsonSchema } from '../types.ts'
import { adaptAndReport } from './adapt.ts'
import { PROFILES } from './profiles.ts'

export type ToolSchemaProblem = {
  path: string
  /**
   * `refused`: no call is possible. `loosened`: the provider sees a less strict schema. Answers are still checked
   * against the whole schema.
   */
  code: 'refused' | 'loosened'
  message: string
}

export function checkToolSchema(provider: string, schema: JsonSchema): ToolSchemaProblem[] {
  const refused = (path: string, message: string): ToolSchemaProblem => ({ path, code: 'refused', message })
  const compiled = compileSchema(schema)
  if (!compiled.ok) return compiled.error.map(({ path, message }) => refused(path, message))
  const root = rootTypes(schema)
  if (root !== null && !root.includes('object'))
    return [refused('/type', 'Arguments are an object: the schema must have the type object.')]
  const adapted = adaptAndReport(provider, schema)
  const profile = PROFILES[isProvider(provider) ? provider : 'openai-compatible']
  const chars = JSON.stringify(adapted.schema).length
  if (chars > profile.maxChars)
    return [
      refused(
        '',
        `The schema has ${chars} characters for ${provider}, which takes up to ${profile.maxChars}.`,
      ),
    ]
  return adapted.loosened.map(({ path, message }) => ({ path, code: 'loosened' as const, message }))
}

function rootTypes(schema: JsonSchema): string[] | null {
  const { type } = isObject(schema) ? schema : {}
  if (type === undefined) return null
  return Array.isArray(type) ? type.map(String) : [String(type)]
}
