import * as z from 'zod'
import { isForbiddenKey } from '../../core/json.ts'
import { JsonValue } from '../../core/json-value.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'

/** Expressions read it as `vars.name`. */
const Name = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must consist of letters, digits and "_", and not start with a digit')
  .refine((name) => !isForbiddenKey(name), '__proto__, constructor and prototype are reserved')

export const VariableParam = z.object({ name: Name })

export const SetVariable = z.strictObject({ value: JsonValue }).meta({ id: 'SetVariable' })
export type SetVariable = z.infer<typeof SetVariable>

export const SetVariables = z
  .strictObject({
    values: z.record(Name, JsonValue).describe('Names and values. Other variables stay unchanged.'),
  })
  .meta({ id: 'SetVariables' })
export type SetVariables = z.infer<typeof SetVariables>

export const Variable = z
  .strictObject({ name: z.string(), value: JsonValue, updatedBy: z.string(), updatedAt: z.iso.datetime() })
  .meta({ id: 'Variable' })
export type Variable = z.infer<typeof Variable>

export const VariablePage = pageOf(Variable).meta({ id: 'VariablePage' })

export const ListVariables = listQuery(['name', '-name'], {})
export type ListVariables = z.infer<typeof ListVariables>
