import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import {
  ListVariables,
  SetVariable,
  SetVariables,
  Variable,
  VariablePage,
  VariableParam,
} from '../schema/variable.ts'
import {
  deleteVariable,
  getVariable,
  listVariables,
  setVariable,
  setVariables,
} from '../service/variables.ts'
import { VARIABLE } from './paths.ts'

export const variableRoutes = router()
  .get(
    '/variables',
    access('workflows:read'),
    doc('List the variables of the team', 200, VariablePage, {
      description: 'Expressions read them as `vars.name`. They are not secret: keep keys in integrations.',
    }),
    validate('query', ListVariables),
    async (c) => c.json(await listVariables(c.var.ctx, c.req.valid('query'))),
  )
  .on(
    UPDATE,
    '/variables',
    access('workflows:write'),
    doc('Set several variables', 204, null),
    validate('json', SetVariables),
    async (c) => {
      await setVariables(c.var.ctx, c.req.valid('json').values)
      return c.body(null, 204)
    },
  )
  .get(
    `/variables/${VARIABLE}`,
    access('workflows:read'),
    doc('Read a variable', 200, Variable),
    validate('param', VariableParam),
    async (c) => c.json(await getVariable(c.var.ctx, c.req.valid('param').name)),
  )
  .on(
    UPDATE,
    `/variables/${VARIABLE}`,
    access('workflows:write'),
    doc('Set a variable', 200, Variable),
    validate('param', VariableParam),
    validate('json', SetVariable),
    async (c) => c.json(await setVariable(c.var.ctx, c.req.valid('param').name, c.req.valid('json').value)),
  )
  .delete(
    `/variables/${VARIABLE}`,
    access('workflows:write'),
    doc('Delete a variable', 204, null),
    validate('param', VariableParam),
    async (c) => {
      await deleteVariable(c.var.ctx, c.req.valid('param').name)
      return c.body(null, 204)
    },
  )
