// Defines a tool of an agent: one file with its description for the model, its arguments and what it does.
import type * as z from 'zod'
import type { Json } from '../../core/json.ts'
import type { ParamFault } from '../../engine/model/node-type.ts'
import type { NodeInput } from '../node.ts'
import type { NodePorts } from '../ports.ts'

export type ToolCall<Args, Config> = {
  args: Args
  /** The agent's settings for the tool. The model cannot change them. */
  config: Config
  /** The same on every attempt. */
  key: string
  nowMs: number
  run: NodeInput<unknown>['run']
  signal: AbortSignal
}

export type Tool<Args extends z.ZodType = z.ZodType, Config extends z.ZodType = z.ZodType> = {
  name: string
  /** For the model: what the tool does and when to use it. */
  description: string
  args: Args
  config: Config
  /** Checks the settings of an agent. */
  check?: (config: z.output<Config>) => Iterable<ParamFault>
  /** Throws NodeFailure with the message for the model. Absent if another node type does the work. */
  run?: (ports: NodePorts, call: ToolCall<z.output<Args>, z.output<Config>>) => Promise<Json>
}

export const tool = <Args extends z.ZodType, Config extends z.ZodType>(one: Tool<Args, Config>): Tool =>
  one as unknown as Tool
