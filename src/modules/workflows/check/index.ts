// Whether a definition with its triggers can become a version: everything that is wrong with it, at once.
import { utf8 } from '../../../core/crypto.ts'
import { AppError, type FieldError } from '../../../core/errors.ts'
import { compile } from '../../../engine/compile/index.ts'
import { LIMITS } from '../../../engine/definition.ts'
import { isEventPattern } from '../../../engine/event-name.ts'
import { checkSchema } from '../../../engine/json-schema/compile.ts'
import type { Plan } from '../../../engine/plan.ts'
import { formatLocation, type Problem } from '../../../engine/problem.ts'
import { NODE_TYPES } from '../../../nodes/registry.ts'
import { hookPathFault } from './hook-path.ts'

/** A row of D1 holds 2 MB at most, and a version is one row. */
const MOST_TRIGGER_BYTES = 262_144

/** Longer ones break the schema, which says so. */
const MOST_NAME_CHARS = 200

export type Checked = { problems: Problem[]; plan: Plan | null }

export function checkWorkflow(definition: unknown, triggers: unknown = []): Checked {
  const compiled = compile(definition, NODE_TYPES, { triggers })
  const problems = [
    ...(compiled.ok ? [] : compiled.error),
    ...inputProblems(definition),
    ...triggerProblems(triggers),
  ]
  if (compiled.ok) problems.push(...sizeProblems(definition, triggers))
  return { problems, plan: compiled.ok ? compiled.value : null }
}

/** Throws 422 with all problems, their paths as in the body that was sent. */
export function requireSound(definition: unknown, triggers: unknown, more: readonly Problem[] = []): void {
  const problems = [...checkWorkflow(definition, triggers).problems, ...more]
  if (problems.length > 0) throw workflowInvalid(problems)
}

export const workflowInvalid = (problems: Problem[], detail?: string): AppError =>
  new AppError('workflow.invalid', {
    detail: detail ?? problems[0]?.message ?? 'The workflow cannot be read.',
    errors: problems.map(toFieldError),
  })

const toFieldError = ({ path, code, message, hint }: Problem): FieldError => ({
  path: /^(triggers|variables)\b/.test(path) ? path : path === '' ? 'definition' : `definition.${path}`,
  code,
  message: hint === undefined ? message : `${message}. ${hint}.`,
})

/** The schema check bounds itself, so it may see a definition that `compile` has refused. */
function inputProblems(definition: unknown): Problem[] {
  const inputs = readField(definition, 'inputs')
  if (typeof inputs !== 'object' || inputs === null) return []
  return checkSchema(inputs).map(({ path, code, message }) => ({
    path: formatLocation(['inputs', ...pointerParts(path)]),
    code,
    message,
  }))
}

/** Problems of schemas come as JSON Pointers, all others as in the definition. */
const pointerParts = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))

function readField(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[name]
  } catch {
    return undefined
  }
}

/** What the engine cannot know: how events are named and how the URLs of webhooks look. The rest of a trigger may be wrong. */
function triggerProblems(raw: unknown): Problem[] {
  if (!Array.isArray(raw)) return []
  return raw.slice(0, LIMITS.triggers).flatMap((trigger: unknown, position): Problem[] => {
    const type = readField(trigger, 'type')
    const name = readField(trigger, 'name')
    const isLong = typeof name !== 'string' || name === '' || name.length > MOST_NAME_CHARS
    if (type === 'event' && !isLong && !isEventPattern(name))
      return [
        {
          path: `triggers[${position}].name`,
          code: 'trigger.bad_event_name',
          message: 'An event is named by words with dots between them; * stands for any characters',
        },
      ]
    const path = readField(trigger, 'path') ?? ''
    const fault = type === 'webhook' && typeof path === 'string' ? hookPathFault(path.slice(0, 500)) : null
    return fault === null
      ? []
      : [{ path: `triggers[${position}].path`, code: 'trigger.bad_path', message: fault }]
  })
}

/** The engine counts characters; what is stored is bytes. */
function sizeProblems(definition: unknown, triggers: unknown): Problem[] {
  const problems: Problem[] = []
  if (bytesOf(definition) > LIMITS.definitionBytes)
    problems.push({
      path: '',
      code: 'definition.too_large',
      message: `The definition is larger than ${LIMITS.definitionBytes} bytes`,
    })
  if (bytesOf(triggers) > MOST_TRIGGER_BYTES)
    problems.push({
      path: 'triggers',
      code: 'triggers.too_large',
      message: `The triggers are larger than ${MOST_TRIGGER_BYTES} bytes`,
    })
  return problems
}

export const bytesOf = (value: unknown): number => utf8(JSON.stringify(value) ?? '').length
