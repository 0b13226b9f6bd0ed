import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { askBody, embedBody } from './body.ts'
import { ClassifyParams, EmbedParams, ExtractParams, GenerateParams } from './params.ts'
import { faultsOfModels, faultsOfSchema } from './settings.ts'

/** The engine opens the supplied body. `run` only exists for the type. */
const base = {
  category: 'ai',
  kind: 'group',
  needsCredential: false,
  effectful: true,
  run: () => Promise.reject(new Error('This node runs its body and cannot run by itself')),
} as const

export const aiGenerate = effectNode({
  ...base,
  type: 'ai.generate',
  summary: 'Calls a model, and the next ones in order if it fails.',
  params: GenerateParams,
  output:
    '`{ text, object, model, usage, finishReason }`: `object` with a schema; `model` is `{ provider, model }`; `usage` has tokens and `costUsd`; `finishReason` is `stop`, or `length` for an answer that was cut off.',
  example: {
    prompt: 'Write a line about order {{ input.orderId }}',
    models: [{ provider: 'offline', model: 'rules-1' }],
  },
  ports: mainPort,
  check: ({ schema, models }) => [...faultsOfSchema(schema), ...faultsOfModels(models)],
  body: askBody('ai.prompt', 'ai.answer'),
})

export const aiExtract = effectNode({
  ...base,
  type: 'ai.extract',
  summary: 'Extracts an object that matches a JSON Schema from a text.',
  params: ExtractParams,
  output: 'An object that matches the schema.',
  example: {
    text: 'Ada Lovelace, born 1815',
    schema: { type: 'object', properties: { name: { type: 'string' }, born: { type: 'integer' } } },
  },
  ports: mainPort,
  check: ({ schema, models }) => [...faultsOfSchema(schema), ...faultsOfModels(models)],
  body: askBody('ai.fields', 'ai.object'),
})

export const aiClassify = effectNode({
  ...base,
  type: 'ai.classify',
  summary: 'Chooses one of several labels for a text, and continues at the port with its name.',
  params: ClassifyParams,
  output: '`{ label, confidence }`. The confidence is the model’s own estimate, from 0 to 1.',
  example: { text: 'I want my money back', labels: ['refund', 'question'] },
  ports: portsOfLabels,
  check: ({ models }) => faultsOfModels(models),
  mockPort: (output) => {
    const { label } = (output ?? {}) as { label?: unknown }
    return typeof label === 'string' ? label : undefined
  },
  body: askBody('ai.labels', 'ai.label'),
})

/** Throws if the labels are an expression, because the ports are then unknown. */
function portsOfLabels({ labels }: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(labels)) throw new Error('The labels are not fixed')
  return [
    ...new Set(
      labels.map((one) => String(typeof one === 'string' ? one : (one as { label?: unknown })?.label)),
    ),
  ]
}

export const aiEmbed = effectNode({
  ...base,
  type: 'ai.embed',
  summary: 'Creates vectors for texts, for semantic search.',
  params: EmbedParams,
  output: '`{ vectors, model, usage }`: a vector for each text, in order.',
  example: { texts: ['Ada', 'Grace'], models: [{ provider: 'openai', model: 'text-embedding-3-small' }] },
  ports: mainPort,
  check: ({ models }) => faultsOfModels(models),
  body: embedBody,
})
