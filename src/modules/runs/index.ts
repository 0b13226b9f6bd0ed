import { idPattern } from '../../core/ids.ts'
import { defineModule } from '../define-module.ts'
import { runsExport } from './repo/export.ts'
import { executionRoutes, runRoutes } from './routes/executions.ts'
import { liveRoutes } from './routes/live.ts'
import { startRoutes } from './routes/start.ts'
import { errorRoutes, seriesRoutes } from './series/routes.ts'
import { retireRuns, retireRunsOfTeam } from './service/keep.ts'
import { writeRunManifest } from './service/manifest.ts'
import { removeRunObject } from './service/remove-object.ts'
import { startErrorWorkflow } from './service/start-error-workflow.ts'
import { sweepRuns } from './service/sweep.ts'
import { sweepSlots } from './service/sweep-slots.ts'

export { labelsOf } from './labels.ts'
export {
  anyWaits,
  countWaiting,
  deleteAllWaits,
  deleteWaits,
  findWaiting,
  forgetWaits,
  type OpenWait,
  waitedKeys,
  writeWaits,
} from './repo/event-waits.ts'
export { dropFollowers, enterFollower, type FollowerRights, MAX_FOLLOW_MS } from './repo/followers.ts'
export {
  giveBackLease,
  keepLease,
  LEASE_MS,
  type Lease,
  type Share,
  takeLease,
} from './repo/leases.ts'
export { projectRuns, type Reported, type RunReport } from './repo/projection.ts'
export { markRunsDeleted } from './repo/removal.ts'
export { type FoundRun, isDeleted, searchRuns } from './repo/runs.ts'
export { admitWaiting, admitWaitingEverywhere, findBegun } from './repo/slots.ts'
export { idempotencyKeyOf, waitMsOf } from './routes/prefer.ts'
export { RUN_STATUSES } from './schema.ts'
export { builtInRunnable } from './service/built-in.ts'
export { followUp } from './service/follow.ts'
export { followChild, lastRetryOf } from './service/follow-child.ts'
export { reindexRuns } from './service/manifest.ts'
export { runIdOf, wantsOwn } from './service/place.ts'
export { followRun, getNode, getOutput, ownRun } from './service/read.ts'
export { type Rebuilt, rebuildIndex } from './service/rebuild.ts'
export { deleteUnreadable, STUCK_MS } from './service/remove.ts'
export { endRun, wakeRun } from './service/repair.ts'
export { revokeLive } from './service/revoke.ts'
export { isWorthWaiting, requireRunRoom } from './service/room.ts'
export { type OwnFamily, wakeAdmitted } from './service/slots.ts'
export { type Start, type Started, startRunnable } from './service/start.ts'
export { publicError } from './service/view.ts'

export const runsModule = defineModule({
  name: 'runs',
  routes: [
    ['/', liveRoutes],
    ['/api/v1/workflows', startRoutes],
    ['/api/v1/workflows', seriesRoutes],
    ['/api/v1/runs', errorRoutes],
    ['/api/v1/runs', runRoutes],
    ['/api/v1/workflows/executions', executionRoutes],
  ],
  publicRoutes: [`GET /runs/:id{${idPattern('run')}}/live`],
  jobs: {
    'run.failed': startErrorWorkflow,
    'run.remove': removeRunObject,
  },
  cron: [
    { name: 'sweep slots', run: sweepSlots, urgent: true },
    { name: 'sweep runs', run: sweepRuns, urgent: true },
    { name: 'retire runs', run: retireRuns },
    { name: 'write the manifest of runs', run: writeRunManifest },
  ],
  expires: [{ table: 'run_followers', column: 'ends_at', keepMs: 0 }],
  retires: [{ kind: 'runs', ofTeam: retireRunsOfTeam }],
  exportLists: runsExport,
})
