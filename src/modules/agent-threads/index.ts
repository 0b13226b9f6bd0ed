import { defineModule } from '../define-module.ts'
import { threadsExport } from './repo/export.ts'
import { threadRoutes } from './routes.ts'
import { settleForgotten } from './service/sweep.ts'

export type { ThreadRow } from './repo/threads.ts'
export { AGENT_NODE, settleTurns } from './service/settle.ts'
export { requireThread } from './service/threads.ts'
export { giveBackTurn, type Question, recallThread, renameTurn, takeTurn } from './service/turns.ts'

export const agentThreadsModule = defineModule({
  name: 'agent-threads',
  routes: [['/api/v1/agents', threadRoutes]],
  cron: [{ name: 'keep answers of threads', run: settleForgotten }],
  exportLists: threadsExport,
})
