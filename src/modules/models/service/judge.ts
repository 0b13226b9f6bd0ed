// Whether a model of a list could be called, as far as this is known without calling it.
import { isProvider, type ModelChoice } from '../../../providers/models/index.ts'
import { type ModelsScope, targetOf } from '../targets/targets.ts'

export type ModelJudgement = { kind: 'ok' } | { kind: 'not_configured' | 'unknown_model'; message: string }

export async function judgeModelChoice(
  scope: ModelsScope,
  { provider, model, integration }: ModelChoice,
): Promise<ModelJudgement> {
  if (provider === 'offline' || !isProvider(provider)) return { kind: 'ok' }
  const target = await targetOf(scope, provider, integration)
  if (!('target' in target)) return { kind: 'not_configured', message: target.message }
  if (target.models === null || target.models.includes(model)) return { kind: 'ok' }
  return {
    kind: 'unknown_model',
    message: `the key for ${provider} cannot be used for the model ${JSON.stringify(model)}, only for ${target.models.join(', ')}`,
  }
}
