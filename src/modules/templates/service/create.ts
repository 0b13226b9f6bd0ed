import type { ServiceContext } from '../../../context.ts'
import { checkSchema } from '../../../engine/json-schema/compile.ts'
import type { Problem } from '../../../engine/model/problem.ts'
import { secretsNotKept } from '../../triggers/index.ts'
import { bytesOf, checkWorkflow, refuseProblems, workflowInvalid } from '../../workflows/index.ts'
import type { CreateTemplate, Template } from '../schema.ts'
import { fillIn, placeholdersIn } from './placeholders.ts'
import { storeTemplate } from './templates.ts'

const MAX_SCHEMA_BYTES = 65_536

/**
 * Checks a template with each variable set to its default or first example. If a variable has neither, the definition can only
 * be checked when the template is used.
 */
export async function createTemplate(ctx: ServiceContext, input: CreateTemplate): Promise<Template> {
  refuseProblems(secretsNotKept(input.triggers, 'A template'))
  const problems = variableProblems(input)
  if (problems.length === 0) {
    const sample = sampleOf(input)
    const parts = sample ? [fillIn(input.definition, sample), fillIn(input.triggers, sample)] : null
    if (parts !== null) problems.push(...checkWorkflow(parts[0], parts[1]).problems)
  }
  if (problems.length > 0) throw workflowInvalid(problems)
  return storeTemplate(ctx, input)
}

function variableProblems({ variables, definition, triggers }: CreateTemplate): Problem[] {
  if (bytesOf(variables) > MAX_SCHEMA_BYTES)
    return [{ path: '/variables', code: 'schema.limit', message: `larger than ${MAX_SCHEMA_BYTES} bytes` }]
  const faults = checkSchema({ type: 'object', ...variables })
  if (faults.length > 0)
    return faults.map(({ path, code, message }) => ({ path: `/variables${path}`, code, message }))
  const declared = propertiesOf(variables)
  return [...placeholdersIn([definition, triggers])]
    .filter((name) => !Object.hasOwn(declared, name))
    .map((name) => ({
      path: `/variables/properties/${name}`,
      code: 'template.undeclared_variable',
      message: `{{= ${name} }} is used, but variables.properties has no ${name}`,
    }))
}

function sampleOf({ variables, definition, triggers }: CreateTemplate): Record<string, unknown> | null {
  const declared = propertiesOf(variables)
  const sample: Record<string, unknown> = {}
  for (const name of placeholdersIn([definition, triggers])) {
    const schema = declared[name] as { default?: unknown; examples?: unknown[] } | boolean | undefined
    const value = typeof schema === 'object' ? (schema.default ?? schema.examples?.[0]) : undefined
    if (value === undefined) return null
    sample[name] = value
  }
  return sample
}

const propertiesOf = (schema: Record<string, unknown>): Record<string, unknown> =>
  typeof schema.properties === 'object' && schema.properties !== null
    ? (schema.properties as Record<string, unknown>)
    : {}
