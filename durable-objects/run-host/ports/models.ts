// Model calls of a run, with the keys of its team.
import { type ModelsScope, modelsOf } from '../../../src/modules/models/index.ts'
import type { ModelsPort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

const SERVICE = 'The model Worker'

export function modelsPort(scope: ModelsScope): ModelsPort {
  const { call, embed, usual, estimate } = modelsOf(scope)
  return {
    call: (request, onDelta, signal) => ask(SERVICE, () => call(request, onDelta, signal)),
    embed: (rung, texts, key, signal) => ask(SERVICE, () => embed(rung, texts, key, signal)),
    usual: (kind) => ask('The database', () => usual(kind)),
    estimate: (request) => ask(SERVICE, () => estimate(request)),
  }
}
