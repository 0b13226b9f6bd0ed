// `POST /validate`: whatever comes, an answer comes. Nothing here throws on what was sent.

import type { Problem } from '../../../engine/problem.ts'
import { checkWorkflow } from '../check/index.ts'
import { jsonTypeOf } from '../check/json-type.ts'
import { readText, withoutSchemaLink } from '../check/read-text.ts'
import type { Validation } from '../schema/validate.ts'
import { takeSecrets } from './trigger-secrets.ts'

const FIELDS = ['definition', 'triggers']

/** `body` is the request as text: a wrapper with `definition`, or a definition itself, as JSON or YAML. */
export function validateText(body: string): Validation {
  const read = readText(body)
  if (!read.ok) return answer(read.error)
  if (jsonTypeOf(read.value) !== 'object')
    return answer([
      {
        path: '',
        code: 'definition.invalid',
        message: `A definition is an object, not ${jsonTypeOf(read.value)}`,
        hint: 'Send { "definition": { "nodes": [ … ] } }',
      },
    ])
  const wrapper = withoutSchemaLink(read.value as Record<string, unknown>)
  const { definition, triggers, ...others } = wrapper
  if (definition === undefined) return answer(checkWorkflow(wrapper).problems)
  const unknown = Object.keys(others).map(
    (name): Problem => ({
      path: name,
      code: 'request.unknown_field',
      message: `There is no such field; the body has ${FIELDS.join(' and ')}`,
    }),
  )
  if (typeof definition !== 'string') return answer([...unknown, ...problemsOf(definition, triggers)])
  const inner = readText(definition)
  return answer([...unknown, ...(inner.ok ? problemsOf(inner.value, triggers) : inner.error)])
}

function problemsOf(definition: unknown, given: unknown): Problem[] {
  const { triggers, problems } = takeSecrets(given)
  return [...checkWorkflow(definition, triggers).problems, ...problems]
}

const MOST_PROBLEMS = 501

const answer = (problems: Problem[]): Validation => ({
  valid: problems.length === 0,
  problems: problems.slice(0, MOST_PROBLEMS),
})
