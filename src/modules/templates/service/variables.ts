// The values of template variables, for workflows and tasks.
import { AppError } from '../../../core/errors.ts'
import { checkValue } from '../../../engine/json-schema/check-value.ts'
import { compileSchema } from '../../../engine/json-schema/compile.ts'
import { withDefaults } from '../../../engine/json-schema/defaults.ts'

type Fields = Record<string, unknown>

/** The given values with defaults. Reports all invalid values at once. */
export function filledVariables(variables: Fields, given: Fields): Fields {
  const schema = compileSchema({ type: 'object', ...variables })
  if (!schema.ok) return given
  const filled = withDefaults(schema.value, given) as Fields
  const faults = [...unknownNames(variables, given), ...checkValue(schema.value, filled)]
  if (faults.length > 0)
    throw new AppError('request.invalid', {
      detail: 'The variables do not match the schema of the template.',
      errors: faults.map(({ path, message, code }) => ({ path: `/variables${path}`, message, code })),
    })
  return filled
}

/** An unknown name is reported as a typing error, unless the schema allows other properties. */
function unknownNames(schema: Fields, given: Fields) {
  if (schema.additionalProperties !== undefined || schema.patternProperties !== undefined) return []
  const known = (schema.properties ?? {}) as Fields
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => ({
      path: `/${name}`,
      message: 'The template does not have this variable.',
      code: 'template.unknown_variable',
    }))
}
