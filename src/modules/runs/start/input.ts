// The input of a run, checked against the `inputs` of its definition.
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { remember } from '../../../core/remember.ts'
import { checkValue } from '../../../engine/json-schema/check-value.ts'
import { compileSchema } from '../../../engine/json-schema/compile.ts'
import { withDefaults } from '../../../engine/json-schema/defaults.ts'
import type { CompiledSchema } from '../../../engine/json-schema/types.ts'
import { inputOr } from '../../../engine/model/input.ts'
import type { Runnable } from '../../workflows/index.ts'

const MAX_SCHEMAS = 500

type Inputs = { inputs: unknown; schema: CompiledSchema | null }

const schemas = new Map<string, Inputs>()

/** Checks the input against the workflow's `inputs` and fills in their defaults. */
export function checkInput(
  runnable: Pick<Runnable, 'definition' | 'definitionHash'>,
  sent: Json | undefined,
): Json {
  const { inputs, schema } = inputSchema(runnable)
  const input = inputOr(inputs, sent)
  if (schema === null) return input
  const filled = withDefaults(schema, input) as Json
  const errors = checkValue(schema, filled)
  if (errors.length === 0) return filled
  throw new AppError('run.invalid_input', {
    errors: errors.map(({ path, message, code }) => ({ path: `/input${path}`, message, code })),
  })
}

function inputSchema({
  definitionHash,
  definition,
}: Pick<Runnable, 'definition' | 'definitionHash'>): Inputs {
  const known = schemas.get(definitionHash)
  if (known !== undefined) return known
  const { inputs } = JSON.parse(definition) as { inputs?: unknown }
  const compiled = inputs === undefined ? null : compileSchema(inputs)
  const schema = compiled?.ok ? compiled.value : null
  return remember(schemas, MAX_SCHEMAS, definitionHash, { inputs, schema })
}
