import type * as z from 'zod'
import type { Node } from '../model/definition.ts'
import type { NodeTypeInfo } from '../model/node-type.ts'
import type { Location, Problems } from '../model/problem.ts'

type Issue = z.core.$ZodIssue

/** The params as the node's schema sees them. The engine reads the body of a group itself. */
export function ownParams(info: NodeTypeInfo | undefined, node: Node): Record<string, unknown> {
  const params = node.params ?? {}
  if (info?.kind !== 'group' || info.body !== undefined) return params
  const { body: _body, ...rest } = params
  return rest
}

export function checkParams(info: NodeTypeInfo, node: Node, at: Location, problems: Problems): void {
  const params = ownParams(info, node)
  const parsed = info.params.safeParse(params)
  const issues = parsed.success ? [] : parsed.error.issues.filter((issue) => !isOpen(issue, params))
  for (const { path, message } of issues) problems.add([...at, 'params', ...path], 'node.bad_params', message)
  if (issues.length > 0) return
  for (const fault of info.check?.(params) ?? [])
    problems.add([...at, 'params', ...fault.at], 'node.bad_params', fault.message)
}

/** Whether the value is an expression where the schema expects another type. Its result is only known in the run. */
function isOpen(issue: Issue, value: unknown): boolean {
  let at = value
  for (const key of issue.path) {
    if (isExpression(at)) return true
    at = (at as Record<PropertyKey, unknown> | null | undefined)?.[key]
  }
  if (isExpression(at)) return true
  if (issue.code !== 'invalid_union') return false
  return issue.errors.some((branch) => branch.length > 0 && branch.every((inner) => isOpen(inner, at)))
}

const isExpression = (value: unknown): boolean => typeof value === 'string' && value.includes('{{')
