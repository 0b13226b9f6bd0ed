export type { BuiltIn } from './built-in/built-in.ts'
export { BUILT_INS } from './built-in/index.ts'
export { askingNodes, skipsQuestion } from './check/asks.ts'
export { requireEntry } from './check/entry.ts'
export { matchHookPath } from './check/hook-path.ts'
export { requireMocks } from './check/mocks.ts'
export {
  claimSchedule,
  type DueSchedule,
  type EventTrigger,
  findDueSchedules,
  findEventTriggers,
  findRunnable,
  loadRunnable,
  loadRunnableByKey,
  loadTriggered,
  RUNNABLE,
  type Runnable,
  type TriggeredRunnable,
} from './repo/runnable.ts'
export { workflowRoutes } from './routes/index.ts'
export { workflowFileSchema } from './schema/file-schema.ts'
export { Mocks } from './schema/mocks.ts'
export { type StoredTrigger, TriggerSecret } from './schema/trigger.ts'
export { Tags } from './schema/workflow.ts'
export { createWorkflow } from './service/create.ts'
export { draftRunnable } from './service/drafts.ts'
export { mayEdit, requireEditor } from './service/editors.ts'
export { triggerSecretPlace } from './service/trigger-secrets.ts'
export { nextFireOf } from './service/triggers.ts'
