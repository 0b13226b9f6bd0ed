import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../http/router.ts'
import { ListVariables, SetVariable, SetVariables, Variable, VariablePage, VariableParam } from './schema.ts'
import { deleteVariable, getVariable, listVariables, setVariable, setVariables } from './service.ts'

/** Accepts any name, so that the handler can report why a name is invalid. */
const VARIABLE = ':name'

export const variableRoutes = router()
  .get(
    '/variables',
    access('workflows:read'),
    doc('variables.list', "List the team's variables", 200, VariablePage, {
      description:
        'Expressions read them as `vars.name`. Variables are not secret; store API keys in integrations.',
    }),
    validate('query', ListVariables),
    async (c) => c.json(await listVariables(c.var.ctx, c.req.valid('query'))),
  )
  .on(
    UPDATE_BY_PUT,
    '/variables',
    access('workflows:write'),
    doc('variables.updateMany', 'Set several variables', 204, null),
    validate('json', SetVariables),
    async (c) => {
      await setVariables(c.var.ctx, c.req.valid('json').values)
      return c.body(null, 204)
    },
  )
  .get(
    `/variables/${VARIABLE}`,
    access('workflows:read'),
    doc('variables.get', 'Get a variable', 200, Variable),
    validate('param', VariableParam),
    async (c) => c.json(await getVariable(c.var.ctx, c.req.valid('param').name)),
  )
  .on(
    UPDATE_BY_PUT,
    `/variables/${VARIABLE}`,
    access('workflows:write'),
    doc('variables.update', 'Set a variable', 200, Variable),
    validate('param', VariableParam),
    validate('json', SetVariable),
    async (c) => c.json(await setVariable(c.var.ctx, c.req.valid('param').name, c.req.valid('json').value)),
  )
  .delete(
    `/variables/${VARIABLE}`,
    access('workflows:write'),
    doc('variables.delete', 'Delete a variable', 204, null),
    validate('param', VariableParam),
    async (c) => {
      await deleteVariable(c.var.ctx, c.req.valid('param').name)
      return c.body(null, 204)
    },
  )
