import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE, UPDATE_BY_PUT } from '../../../http/router.ts'
import type { BuiltInType } from '../built-in/types.ts'
import { addCapability, addTool, removeCapability, removeTool, setConfig } from './config.ts'
import { toBuiltIn } from './content.ts'
import {
  AddCapability,
  AddTool,
  Agent,
  AgentPage,
  AgentTypePage,
  AgentVersionPage,
  BUILT_IN_TYPES,
  CloneAgent,
  CreateAgent,
  ListAgents,
  ListVersions,
  SetAgentConfig,
  UpdateAgent,
} from './schema.ts'
import {
  cloneAgent,
  cloneType,
  createAgent,
  deleteAgent,
  getAgent,
  listAgents,
  listVersions,
  updateAgent,
} from './service.ts'

const ID = `:id{${idPattern('agt')}}` as const
const TYPE = `:type{${BUILT_IN_TYPES.join('|')}}` as const
const NAME = ':name{[A-Za-z][A-Za-z0-9._-]*}' as const

const IF_MATCH = { versioned: 'if-match' } as const

const describeType = doc('agents.getType', 'Get a built-in agent', 200, Agent)
const describeCloneType = doc('agents.cloneType', 'Clone a built-in agent', 201, Agent, { versioned: 'etag' })

/** Built-in agents answer among the types, and like agents of the team. */
const typeRoutes = (base: '/types' | '') =>
  router()
    .get(`${base}/${TYPE}`, access('agents:read'), describeType, (c) =>
      c.json(toBuiltIn(c.req.param('type') as BuiltInType)),
    )
    .post(
      `${base}/${TYPE}/clone`,
      access('agents:write'),
      idempotent(getAgent),
      describeCloneType,
      validate('json', CloneAgent, { optional: true }),
      async (c) =>
        versioned(
          c,
          await cloneType(c.var.ctx, c.req.param('type') as BuiltInType, c.req.valid('json')),
          201,
        ),
    )

export const storedAgentRoutes = router()
  .route('/', typeRoutes('/types'))
  .route('/', typeRoutes(''))
  .get(
    '/',
    access('agents:read'),
    doc('agents.list', 'List the agents of the team', 200, AgentPage),
    validate('query', ListAgents),
    async (c) => c.json(await listAgents(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('agents:write'),
    idempotent(getAgent),
    doc('agents.create', 'Create an agent', 201, Agent, { versioned: 'etag' }),
    validate('json', CreateAgent),
    async (c) => versioned(c, await createAgent(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    '/types',
    access('agents:read'),
    doc('agents.listTypes', 'List the built-in agents', 200, AgentTypePage, {
      description:
        'Agents that every team has. They are called by the name of their type; a clone can be changed.',
    }),
    (c) => c.json({ items: BUILT_IN_TYPES.map(toBuiltIn), nextCursor: null }),
  )
  .get(
    `/${ID}`,
    access('agents:read'),
    doc('agents.get', 'Get an agent', 200, Agent, { versioned: 'etag' }),
    async (c) => versioned(c, await getAgent(c.var.ctx, c.req.param('id'))),
  )
  .on(
    UPDATE,
    `/${ID}`,
    access('agents:write'),
    doc('agents.update', 'Update an agent', 200, Agent, {
      description: 'Omitted fields stay unchanged. Each change creates a version.',
      ...IF_MATCH,
    }),
    validate('json', UpdateAgent),
    async (c) =>
      versioned(c, await updateAgent(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))),
  )
  .on(
    UPDATE_BY_PUT,
    `/${ID}/config`,
    access('agents:write'),
    doc('agents.setConfig', 'Change how an agent works', 200, Agent, IF_MATCH),
    validate('json', SetAgentConfig),
    async (c) =>
      versioned(c, await setConfig(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))),
  )
  .delete(
    `/${ID}`,
    access('agents:write'),
    doc('agents.delete', 'Delete an agent', 204, null, {
      description: 'Its versions are deleted too. Runs keep the settings that they were started with.',
      ...IF_MATCH,
    }),
    async (c) => {
      await deleteAgent(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
  .get(
    `/${ID}/versions`,
    access('agents:read'),
    doc('agents.listVersions', 'List the versions of an agent', 200, AgentVersionPage),
    validate('query', ListVersions),
    async (c) => c.json(await listVersions(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
  .post(
    `/${ID}/clone`,
    access('agents:write'),
    idempotent(getAgent),
    doc('agents.clone', 'Clone an agent', 201, Agent, { versioned: 'etag' }),
    validate('json', CloneAgent, { optional: true }),
    async (c) => versioned(c, await cloneAgent(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
  .post(
    `/${ID}/tools`,
    access('agents:write'),
    idempotent(getAgent, 200),
    doc('agents.tools.add', 'Add a tool to an agent', 200, Agent, IF_MATCH),
    validate('json', AddTool),
    async (c) =>
      versioned(c, await addTool(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))),
  )
  .delete(
    `/${ID}/tools/${NAME}`,
    access('agents:write'),
    doc('agents.tools.delete', 'Remove a tool from an agent', 200, Agent, IF_MATCH),
    async (c) =>
      versioned(c, await removeTool(c.var.ctx, c.req.param('id'), c.req.param('name'), expectedVersion(c))),
  )
  .post(
    `/${ID}/capabilities`,
    access('agents:write'),
    idempotent(getAgent, 200),
    doc('agents.capabilities.add', 'Add a capability to an agent', 200, Agent, IF_MATCH),
    validate('json', AddCapability),
    async (c) =>
      versioned(
        c,
        await addCapability(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c)),
      ),
  )
  .delete(
    `/${ID}/capabilities/${NAME}`,
    access('agents:write'),
    doc('agents.capabilities.delete', 'Remove a capability from an agent', 200, Agent, IF_MATCH),
    async (c) =>
      versioned(
        c,
        await removeCapability(c.var.ctx, c.req.param('id'), c.req.param('name'), expectedVersion(c)),
      ),
  )
