import { defineModule } from '../define-module.ts'
import { workflowsExport } from './repo/export.ts'
import { workflowRoutes } from './routes/index.ts'

export { askingNodes, skipsQuestion } from './check/asks.ts'
export { requireEntry } from './check/entry.ts'
export { bytesOf, checkWorkflow, refuseProblems, workflowInvalid } from './check/index.ts'
export { requireMocks } from './check/mocks.ts'
export { type FoundWorkflow, searchWorkflows } from './repo/list.ts'
export {
  findRunnable,
  findRunnableByKey,
  findTeamStart,
  findTriggered,
  RUNNABLE,
  type Runnable,
  type TeamStart,
  type TriggeredRunnable,
} from './repo/runnable.ts'
export { DEFINITION_BODY } from './routes/paths.ts'
export { workflowFileSchema } from './schema/file-schema.ts'
export { Mocks } from './schema/mocks.ts'
export { DefinitionInput, Description, Folder, Tags, Workflow, WorkflowName } from './schema/workflow.ts'
export { createWorkflow } from './service/create.ts'
export { draftRunnable } from './service/drafts.ts'
export { mayEdit, requireEditor } from './service/editors.ts'
export { requireNamed } from './service/named.ts'
export { getWorkflow } from './service/view.ts'

export const workflowsModule = defineModule({
  name: 'workflows',
  routes: [['/api/v1/workflows', workflowRoutes]],
  exportLists: workflowsExport,
})
