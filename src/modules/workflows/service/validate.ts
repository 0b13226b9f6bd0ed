// `POST /validate`: whatever comes, an answer comes. Nothing here throws on what was sent.
import type { Problem } from '../../../engine/problem.ts'
import { checkWorkflow } from '../check/index.ts'
import { jsonTypeOf } from '../check/json-type.ts'
import { readText, withoutSchemaLink } from '../check/read-text.ts'
import { ReadDocument } from '../schema/document.ts'
import type { Validation } from '../schema/validate.ts'
import { takeSecrets } from './trigger-secrets.ts'

/** Beside `definition` and `triggers`, which the compiler looks at. */
const AROUND = ReadDocument.omit({ definition: true, triggers: true })
const FIELDS = Object.keys(ReadDocument.shape)

/** `body` is the request as text: a document as export gives it, or a definition alone, as JSON or YAML. */
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
  const document = withoutSchemaLink(read.value as Record<string, unknown>)
  const { definition, triggers, ...around } = document
  if (definition === undefined) return answer(checkWorkflow(document).problems)
  const problems = aroundProblems(around)
  if (typeof definition !== 'string') return answer([...problems, ...problemsOf(definition, triggers)])
  const inner = readText(definition)
  return answer([...problems, ...(inner.ok ? problemsOf(inner.value, triggers) : inner.error)])
}

function aroundProblems(around: Record<string, unknown>): Problem[] {
  const unknown = Object.keys(around)
    .filter((name) => !FIELDS.includes(name))
    .map(
      (name): Problem => ({
        path: name,
        code: 'request.unknown_field',
        message: `There is no such field; the body has ${FIELDS.join(', ')}`,
      }),
    )
  const known = Object.fromEntries(Object.entries(around).filter(([name]) => FIELDS.includes(name)))
  const read = AROUND.safeParse(known)
  const wrong = read.success
    ? []
    : read.error.issues.map(({ path, message }) => ({
        path: path.map(String).join('.'),
        code: 'request.invalid',
        message,
      }))
  return [...unknown, ...wrong]
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
