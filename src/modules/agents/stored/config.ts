// Changes of a part of an agent's settings. Each creates a version, like every change of an agent.
import type { ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import type { Expected, Versioned } from '../../../core/version.ts'
import { withChanges } from './content.ts'
import type { AddCapability, AddTool, Agent, AgentConfig, SetAgentConfig } from './schema.ts'
import { change } from './service.ts'

/** Only the given fields change. */
export const setConfig = (
  ctx: ServiceContext,
  id: string,
  changes: SetAgentConfig,
  expected: Expected,
): Promise<Versioned<Agent>> =>
  changeConfig(ctx, id, expected, (before) => withChanges(before, changes as Partial<AgentConfig>))

export const addTool = (
  ctx: ServiceContext,
  id: string,
  tool: AddTool,
  expected: Expected,
): Promise<Versioned<Agent>> =>
  changeConfig(ctx, id, expected, (before) => {
    if (before.tools.some(({ name }) => name === tool.name)) throw twice('tool', tool.name)
    return { ...before, tools: [...before.tools, tool] }
  })

export const removeTool = (
  ctx: ServiceContext,
  id: string,
  name: string,
  expected: Expected,
): Promise<Versioned<Agent>> =>
  changeConfig(ctx, id, expected, (before) => {
    const tools = before.tools.filter((tool) => tool.name !== name)
    if (tools.length === before.tools.length) throw notFound(`The tool ${name}`)
    return { ...before, tools }
  })

export const addCapability = (
  ctx: ServiceContext,
  id: string,
  { name }: AddCapability,
  expected: Expected,
): Promise<Versioned<Agent>> =>
  changeConfig(ctx, id, expected, (before) => {
    if (before.capabilities.includes(name)) throw twice('capability', name)
    return { ...before, capabilities: [...before.capabilities, name] }
  })

export const removeCapability = (
  ctx: ServiceContext,
  id: string,
  name: string,
  expected: Expected,
): Promise<Versioned<Agent>> =>
  changeConfig(ctx, id, expected, (before) => {
    const capabilities = before.capabilities.filter((one) => one !== name)
    if (capabilities.length === before.capabilities.length) throw notFound(`The capability ${name}`)
    return { ...before, capabilities }
  })

const twice = (what: string, name: string): AppError =>
  new AppError('request.invalid', {
    errors: [{ path: '/name', code: 'duplicate', message: `the agent has the ${what} ${name} already` }],
  })

const changeConfig = (
  ctx: ServiceContext,
  id: string,
  expected: Expected,
  next: (before: AgentConfig) => AgentConfig,
): Promise<Versioned<Agent>> =>
  change(ctx, id, expected, (before) => ({ ...before, config: next(before.config) }))
