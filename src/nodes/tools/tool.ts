// What a tool of an agent is: one file with what the model is told, what it may say, and what is done then.
import type * as z from 'zod'
import type { Json } from '../../core/json.ts'
import type { ParamFault } from '../../engine/model/node-type.ts'
import type { NodeInput } from '../node.ts'
import type { NodePorts } from '../ports.ts'

export type ToolCall<Args, Config> = {
  args: Args
  /** What the agent's settings say of the tool; the model has no part in it. */
  config: Config
  /** The same on every attempt. */
  key: string
  nowMs: number
  run: NodeInput<unknown>['run']
  signal: AbortSignal
}

export type Tool<Args extends z.ZodType = z.ZodType, Config extends z.ZodType = z.ZodType> = {
  name: string
  /** For the model: what it does and when to use it. */
  description: string
  args: Args
  config: Config
  /** What is wrong with the settings of one agent. */
  check?: (config: z.output<Config>) => Iterable<ParamFault>
  /** Throws NodeFailure with what the model is told. Absent for what another node type does. */
  run?: (ports: NodePorts, call: ToolCall<z.output<Args>, z.output<Config>>) => Promise<Json>
}

export const tool = <Args extends z.ZodType, Config extends z.ZodType>(one: Tool<Args, Config>): Tool =>
  one as unknown as Tool
