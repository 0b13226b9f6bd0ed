export { callModel, type Unpriced } from './call.ts'
export {
  contextSizeOf,
  DEFAULT_EMBEDDINGS,
  DEFAULT_MODELS,
  type KnownModel,
  knownModels,
  plainModelName,
} from './catalog.ts'
export { failure } from './classify.ts'
export type { ModelTarget } from './connect.ts'
export { isModelName } from './model-name.ts'
export { OFFLINE_MODEL, offlineModel } from './offline/model.ts'
export { callRemote, embedRemote, infoOfRemote } from './remote.ts'
export { checkToolSchema, type ToolSchemaProblem } from './schemas/check.ts'
export { DEFAULT_TIMEOUT_MS } from './timeout.ts'
export { contextFault, tokensOfRequest } from './tokens.ts'
export * from './types.ts'
