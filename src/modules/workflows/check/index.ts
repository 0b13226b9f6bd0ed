// Checks whether a definition and its triggers can become a version. Reports all problems at once.
import { utf8 } from '../../../core/crypto.ts'
import { AppError, type FieldError } from '../../../core/errors.ts'
import { type Pointer, pointerParts } from '../../../core/pointer.ts'
import { compile } from '../../../engine/compile/index.ts'
import { checkSchema } from '../../../engine/json-schema/compile.ts'
import { LIMITS } from '../../../engine/model/definition.ts'
import { isEventPattern } from '../../../engine/model/event-name.ts'
import type { Plan } from '../../../engine/model/plan.ts'
import type { Problem } from '../../../engine/model/problem.ts'
import { NODE_TYPES } from '../../../nodes/registry.ts'
import { hookPathFault } from '../../triggers/index.ts'

/** A row of D1 holds at most 2 MB, and a version is one row. */
const MAX_TRIGGER_BYTES = 262_144

/** Longer ids fail the schema check, which reports them. */
const MAX_NAME_CHARS = 200
const MAX_NODE_ID_CHARS = 64

export type Checked = { problems: Problem[]; plan: Plan | null }

export function checkWorkflow(definition: unknown, triggers: unknown = []): Checked {
  const compiled = compile(definition, NODE_TYPES, { triggers })
  const problems = [
    ...(compiled.ok ? [] : compiled.error),
    ...inputProblems(definition),
    ...triggerProblems(triggers),
  ]
  if (compiled.ok) problems.push(...sizeProblems(definition, triggers))
  return {
    problems: problems.map((problem) => inBody(problem, definition)),
    plan: compiled.ok ? compiled.value : null,
  }
}

/** Throws 422 with all problems. Their paths refer to the request body. */
export function requireValidDefinition(
  definition: unknown,
  triggers: unknown,
  more: readonly Problem[] = [],
): void {
  refuseProblems([...checkWorkflow(definition, triggers).problems, ...more])
}

export function refuseProblems(problems: Problem[]): void {
  if (problems.length > 0) throw workflowInvalid(problems)
}

export const workflowInvalid = (problems: Problem[], detail?: string): AppError =>
  new AppError('workflow.invalid', {
    ...(detail !== undefined && { detail }),
    errors: problems.map(toFieldError),
  })

/** The problem as it appears in a response. */
export const toFieldError = ({ path, code, message, hint, nodeId }: Problem): FieldError => ({
  path,
  code,
  message: hint === undefined ? message : `${message}. ${hint}${hint.endsWith('?') ? '' : '.'}`,
  ...(nodeId === undefined ? {} : { nodeId }),
})

/** The path in a body with a definition and its triggers, and the node it belongs to. */
export function inBody(problem: Problem, definition: unknown): Problem {
  if (/^\/triggers(\/|$)/.test(problem.path)) return problem
  const nodeId = nodeAt(definition, problem.path)
  return { ...problem, path: `/definition${problem.path}`, ...(nodeId === undefined ? {} : { nodeId }) }
}

/** The innermost node on the way to the path. */
function nodeAt(definition: unknown, path: Pointer): string | undefined {
  let found: string | undefined
  let at = definition
  const parts = pointerParts(path)
  for (const [index, part] of parts.entries()) {
    at = readField(at, part)
    const id = parts[index - 1] === 'nodes' ? readField(at, 'id') : undefined
    if (typeof id === 'string' && id !== '' && id.length <= MAX_NODE_ID_CHARS) found = id
  }
  return found
}

/** `checkSchema` limits its own work, so it can also read a definition that `compile` has rejected. */
function inputProblems(definition: unknown): Problem[] {
  const inputs = readField(definition, 'inputs')
  if (typeof inputs !== 'object' || inputs === null) return []
  return checkSchema(inputs).map(({ path, code, message }) => ({
    path: `/inputs${path}`,
    code,
    message,
  }))
}

function readField(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[name]
  } catch {
    return undefined
  }
}

/** Checks event names and webhook paths, which the engine does not know. The rest of a trigger may still be invalid. */
function triggerProblems(raw: unknown): Problem[] {
  if (!Array.isArray(raw)) return []
  return raw.slice(0, LIMITS.triggers).flatMap((trigger: unknown, position): Problem[] => {
    const type = readField(trigger, 'type')
    const name = readField(trigger, 'name')
    const isLong = typeof name !== 'string' || name === '' || name.length > MAX_NAME_CHARS
    if (type === 'event' && !isLong && !isEventPattern(name))
      return [
        {
          path: `/triggers/${position}/name`,
          code: 'trigger.bad_event_name',
          message: 'An event name is words separated by dots; * matches any characters',
        },
      ]
    const path = readField(trigger, 'path') ?? ''
    const fault = type === 'webhook' && typeof path === 'string' ? hookPathFault(path.slice(0, 500)) : null
    return fault === null
      ? []
      : [{ path: `/triggers/${position}/path`, code: 'trigger.bad_path', message: fault }]
  })
}

/** The engine limits characters; the database limits bytes. */
function sizeProblems(definition: unknown, triggers: unknown): Problem[] {
  const problems: Problem[] = []
  if (bytesOf(definition) > LIMITS.definitionBytes)
    problems.push({
      path: '',
      code: 'definition.too_large',
      message: `The definition is larger than ${LIMITS.definitionBytes} bytes`,
    })
  if (bytesOf(triggers) > MAX_TRIGGER_BYTES)
    problems.push({
      path: '/triggers',
      code: 'triggers.too_large',
      message: `The triggers are larger than ${MAX_TRIGGER_BYTES} bytes`,
    })
  return problems
}

export const bytesOf = (value: unknown): number => utf8(JSON.stringify(value) ?? '').length
