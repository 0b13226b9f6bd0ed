// `POST /validate` responds to any input. Nothing here throws because of what was sent.
import type { ServiceContext } from '../../../context.ts'
import { jsonTypeOf } from '../../../core/json-type.ts'
import { pointerOf } from '../../../core/pointer.ts'
import type { Problem } from '../../../engine/model/problem.ts'
import { takeSecrets } from '../../triggers/index.ts'
import { checkWorkflow, toFieldError } from '../check/index.ts'
import { readText, withoutSchemaLink } from '../check/read-text.ts'
import { ReadDocument } from '../schema/document.ts'
import type { Validation } from '../schema/validate.ts'
import { namedProblems } from './named.ts'

/** Fields besides `definition` and `triggers`, which the compiler checks. */
const AROUND = ReadDocument.omit({ definition: true, triggers: true })
const FIELDS = Object.keys(ReadDocument.shape)

/**
 * `body` is the request as text: an exported document, or a definition alone, as JSON or YAML. Integrations and agents are
 * looked up in the team; everything else is checked from the text alone.
 */
export async function validateText(ctx: ServiceContext, body: string): Promise<Validation> {
  const { problems, definition, triggers } = readBody(body)
  return answer([...problems, ...(await namedProblems(ctx, definition, triggers))])
}

type ReadText = { problems: Problem[]; definition?: unknown; triggers?: unknown }

function readBody(body: string): ReadText {
  const read = readText(body)
  if (!read.ok) return { problems: read.error }
  if (jsonTypeOf(read.value) !== 'object')
    return {
      problems: [
        {
          path: '',
          code: 'definition.invalid',
          message: `A definition must be an object, not ${jsonTypeOf(read.value)}`,
          hint: 'Send { "definition": { "nodes": [ … ] } }',
        },
      ],
    }
  const document = withoutSchemaLink(read.value as Record<string, unknown>)
  const { definition, triggers, ...around } = document
  if (definition === undefined) return { problems: checkWorkflow(document).problems, definition: document }
  const problems = aroundProblems(around)
  if (typeof definition !== 'string')
    return { problems: [...problems, ...problemsOf(definition, triggers)], definition, triggers }
  const inner = readText(definition)
  if (!inner.ok) return { problems: [...problems, ...inner.error] }
  return { problems: [...problems, ...problemsOf(inner.value, triggers)], definition: inner.value, triggers }
}

function aroundProblems(around: Record<string, unknown>): Problem[] {
  const unknown = Object.keys(around)
    .filter((name) => !FIELDS.includes(name))
    .map(
      (name): Problem => ({
        path: pointerOf([name]),
        code: 'request.unknown_field',
        message: `The field does not exist. The body can have ${FIELDS.join(', ')}`,
      }),
    )
  const known = Object.fromEntries(Object.entries(around).filter(([name]) => FIELDS.includes(name)))
  const read = AROUND.safeParse(known)
  const wrong = read.success
    ? []
    : read.error.issues.map(({ path, message }) => ({
        path: pointerOf(path),
        code: 'request.invalid',
        message,
      }))
  return [...unknown, ...wrong]
}

function problemsOf(definition: unknown, given: unknown): Problem[] {
  const { triggers, problems } = takeSecrets(given)
  return [...checkWorkflow(definition, triggers).problems, ...problems]
}

const MAX_PROBLEMS = 501

const answer = (problems: Problem[]): Validation => ({
  valid: problems.length === 0,
  problems: problems.slice(0, MAX_PROBLEMS).map(toFieldError),
})
