// One tool call of an agent, as the steps inside its item: whether it is allowed, the consent, the call, and the
// result for the model.
import * as z from 'zod'
import { toHex, utf8 } from '../../../core/crypto.ts'
import { hashNow } from '../../../core/digest.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import type { ModelToolCall } from '../../../providers/models/types.ts'
import { effectNode, NodeFailure, type NodeInput, type NodeResult, pureNode } from '../../node.ts'
import { toolOf } from '../../tools/registry.ts'
import { WORKFLOW_RUN } from '../../tools/workflow-run.ts'
import { setupOf } from '../loop/read.ts'
import type { Setup, ToolSetting } from '../settings.ts'

const Params = z.strictObject({ call: z.unknown() })

const base = {
  internal: true,
  category: 'ai',
  example: {},
  params: Params,
  needsCredential: false,
} as const

type Input = Pick<NodeInput<{ call?: unknown }>, 'inside' | 'params'>

const callOf = ({ params }: Pick<Input, 'params'>): ModelToolCall => params.call as ModelToolCall

function settingOf(setup: Setup, { name }: ModelToolCall): ToolSetting | undefined {
  return setup.tools.find((one) => one.name === name && one.policy !== 'deny')
}

/** Consent applies to exactly this: other arguments, or another version of the agent, need consent again. */
export function callHash(
  agent: Setup['agent'],
  { name, input }: Pick<ModelToolCall, 'name' | 'input'>,
): string {
  const text = canonicalJson([agent?.id ?? null, agent?.version ?? 0, name, input])
  return toHex(hashNow('sha256', utf8(text))).slice(0, 32)
}

const MAX_SHOWN_CHARS = 8_000

export const aiGate = pureNode({
  ...base,
  type: 'ai.gate',
  summary: 'Checks whether a tool call is allowed, and whether it needs an approval.',
  output: 'The call, or why it is refused.',
  ports: () => ['call', 'ask', 'refuse'],
  mockPort: 'computed',
  effectful: false,
  compute: (input): NodeResult => {
    const setup = setupOf(input)
    const call = callOf(input)
    const setting = settingOf(setup, call)
    const tool = toolOf(call.name)
    if (setting === undefined || tool === undefined)
      return refuse(
        `The tool ${JSON.stringify(call.name)} does not exist. Available tools: ${namesOf(setup)}.`,
      )
    if (call.invalid !== undefined) return refuse(`The arguments are wrong: ${call.invalid}`)
    const parsed = tool.args.safeParse(call.input)
    if (!parsed.success) {
      const why = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`)
      return refuse(`The arguments are wrong: ${why.join('; ')}`)
    }
    if (call.name === WORKFLOW_RUN) {
      const { workflows } = setting.config
      if (!Array.isArray(workflows) || !workflows.includes((parsed.data as { workflow: string }).workflow))
        return refuse('The agent is not allowed to start this workflow.')
    }
    if (setting.policy !== 'ask') return { output: {}, port: 'call' }
    const hash = callHash(setup.agent, call)
    const shown = JSON.stringify(call.input, null, 2)
    return {
      output: {
        title: `Let ${setup.agent?.name ?? 'the agent'} use ${call.name}?`,
        message: `${shown.slice(0, MAX_SHOWN_CHARS)}${shown.length > MAX_SHOWN_CHARS ? '\n…' : ''}\n\ntool: ${call.name}\nhash: ${hash}`,
        allowSelf: setting.allowSelf,
        toolCallId: call.id,
        hash,
      },
      port: 'ask',
    }
  },
})

const refuse = (why: string): NodeResult => ({ output: { why }, port: 'refuse' })

const namesOf = ({ tools }: Setup): string =>
  tools
    .filter(({ policy }) => policy !== 'deny')
    .map(({ name }) => name)
    .join(', ') || 'none'

/** The node type `flow.workflow` starts workflows. */
export const aiWay = pureNode({
  ...base,
  type: 'ai.way',
  summary: 'Chooses what makes a tool call.',
  output: 'What a workflow is started with.',
  ports: () => ['call', 'run'],
  mockPort: 'computed',
  effectful: false,
  compute: (input): NodeResult => {
    const call = callOf(input)
    if (call.name !== WORKFLOW_RUN) return { output: null, port: 'call' }
    const { workflow, inputs = {} } = call.input as { workflow: string; inputs?: Json }
    return { output: { workflow, input: inputs }, port: 'run' }
  },
})

export const aiTool = effectNode({
  ...base,
  type: 'ai.tool',
  summary: 'Makes a tool call.',
  output: 'What the tool gives.',
  ports: () => ['main'],
  effectful: true,
  defaultTimeoutMs: 120_000,
  run: async (ports, input, signal): Promise<NodeResult> => {
    const call = callOf(input)
    const setup = setupOf(input)
    const setting = settingOf(setup, call)
    const tool = toolOf(call.name)
    if (setting === undefined || tool?.run === undefined)
      throw new NodeFailure({
        code: 'tool.unknown',
        message: `There is no tool ${call.name}`,
        retryable: false,
      })
    const args = tool.args.safeParse(call.input)
    const config = tool.config.safeParse(setting.config)
    if (!args.success || !config.success)
      throw new NodeFailure({
        code: 'tool.invalid',
        message: args.success ? `The settings of ${call.name} are wrong` : 'The arguments are wrong',
        retryable: false,
      })
    const { idempotencyKey: key, nowMs, run } = input
    return {
      output: await tool.run(ports, { args: args.data, config: config.data, key, nowMs, run, signal }),
    }
  },
})

/** The result for the model: text from outside is data, whatever it says. */
export const aiResult = pureNode({
  ...base,
  type: 'ai.result',
  summary: 'Gives the result of a tool call.',
  output: '`{ toolCallId, toolName, output }`.',
  ports: () => ['main'],
  effectful: false,
  compute: (input): NodeResult => {
    const { call: made, run } = input.taken as { call?: Json; run?: Json }
    const value = made ?? run ?? null
    return { output: resultOf(callOf(input), failureIn(value) ?? { type: 'json', value }) }
  },
})

/** A failed effect returns `{ error: { code, message, … } }`, and nothing else. */
function failureIn(value: Json): { type: 'error-text'; value: string } | null {
  const { error, ...rest } = (value ?? {}) as { error?: { code?: unknown; message?: unknown } }
  if (typeof error !== 'object' || error === null || Object.keys(rest).length > 0) return null
  if (typeof error.code !== 'string' || typeof error.message !== 'string') return null
  return { type: 'error-text', value: error.message }
}

export const aiRefuse = pureNode({
  ...base,
  type: 'ai.refuse',
  summary: 'Tells the model why a call was not made.',
  output: '`{ toolCallId, toolName, output }`.',
  ports: () => ['main'],
  effectful: false,
  compute: (input): NodeResult => {
    const { gate, ask } = input.taken as {
      gate?: { why?: string }
      ask?: { decision?: string; comment?: string | null }
    }
    const why =
      gate?.why ??
      (ask?.decision === 'timeout'
        ? 'There was no decision about this call in time.'
        : `A person has rejected this call.${ask?.comment ? ` They say: ${ask.comment}` : ''}`)
    return { output: resultOf(callOf(input), { type: 'error-text', value: why }) }
  },
})

const resultOf = ({ id, name }: ModelToolCall, output: { type: string; value: Json }) => ({
  toolCallId: id,
  toolName: name,
  output,
})
