// How an agent and its answers are described.
import type { Model } from './message.ts'

type Known = { provider: string; model: string; isDefault: boolean }
type Agent = { models: readonly { provider: string; model: string }[] }

export const OFFLINE_NOTE =
  'The offline model follows simple rules. It is not a language model: it cannot answer questions, write or reason.'

/** The model that an agent asks first: its own, or the default of the team. */
export const firstModel = (
  { models }: Agent,
  known: readonly Known[],
): { provider: string; model: string } | undefined => models[0] ?? known.find(({ isDefault }) => isDefault)

export const isOffline = (model: { provider: string } | null | undefined): boolean =>
  model?.provider === 'offline'

export const modelName = ({ provider, model }: Pick<Model, 'provider' | 'model'>): string =>
  provider === 'offline' ? 'Offline model' : `${provider}/${model}`

/** In a list: the first model, and how many follow if it fails. */
export function modelsText(agent: Agent, known: readonly Known[]): string {
  const first = firstModel(agent, known)
  if (first === undefined) return 'Default'
  const others = agent.models.length - 1
  const name = modelName(first)
  if (agent.models.length === 0) return `Default: ${name}`
  return others > 0 ? `${name} +${others}` : name
}

/** Why an answer ended, if it is not simply complete. */
export const FINISH_WORDS: Record<string, string> = {
  length: 'The answer was cut off: it reached the maximum length of the model.',
  refused: 'The provider refused to answer.',
  steps: 'It ended at its limit of model calls.',
  tokens: 'It ended at its limit of tokens.',
  cost: 'It ended at its limit of cost.',
  time: 'It ended at its time limit.',
  tool: 'It ended at its limit of tool calls.',
  depth: 'It ended at its limit of runs that start runs.',
  loop: 'It ended because it made the same tool call for the third time.',
  error: 'It failed.',
  cancelled: 'It was stopped.',
  lost: 'Its run was deleted before the answer was stored.',
}

export const finishNote = (reason: string | null | undefined): string | null =>
  reason === null || reason === undefined || reason === 'stop'
    ? null
    : (FINISH_WORDS[reason] ?? `It ended early: ${reason}.`)

export const BUILT_IN_TYPES = ['researcher', 'coder', 'writer', 'analyst', 'debugger'] as const
export const TYPE_NAMES: Record<string, string> = {
  custom: 'Custom',
  researcher: 'Researcher',
  coder: 'Coder',
  writer: 'Writer',
  analyst: 'Analyst',
  debugger: 'Debugger',
}
