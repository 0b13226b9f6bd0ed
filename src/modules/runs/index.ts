import { idPattern } from '../../core/ids.ts'
import { defineModule } from '../define-module.ts'
import { liveRoutes } from './live/routes.ts'
import { writeRunManifest } from './rebuild/manifest.ts'
import { removeRunObject } from './remove/object.ts'
import { retireRuns, retireRunsOfTeam } from './remove/retire.ts'
import { runsExport } from './repo/export.ts'
import { executionRoutes, runRoutes } from './routes.ts'
import { errorRoutes, seriesRoutes } from './series/routes.ts'
import { startErrorWorkflow } from './start/error-workflow.ts'
import { startRoutes } from './start/routes.ts'
import { sweepRuns } from './sweep/runs.ts'
import { sweepSlots } from './sweep/slots.ts'

export { endRun, wakeRun } from './control/repair.ts'
export { followChild, lastRetryOf } from './follow-up/child.ts'
export { followUp } from './follow-up/service.ts'
export { labelsOf } from './labels.ts'
export { deleteFollowers, type FollowerRights, insertFollower, MAX_FOLLOW_MS } from './live/repo.ts'
export { revokeLive } from './live/revoke.ts'
export { idempotencyKeyOf, waitMsOf } from './prefer.ts'
export { followRun, getNode, getOutput, ownRun } from './read/service.ts'
export { publicError } from './read/view.ts'
export { reindexRuns } from './rebuild/manifest.ts'
export { type Rebuilt, rebuildIndex } from './rebuild/service.ts'
export { findRunIdsOfTeam, markRunsDeleted } from './remove/repo.ts'
export { deleteUnreadable, STUCK_MS } from './remove/service.ts'
export {
  countWaiting,
  deleteAllWaits,
  deleteWaits,
  deleteWaitsUntil,
  findWaitedKeys,
  findWaiting,
  hasWaits,
  type OpenWait,
  updateWaits,
} from './repo/event-waits.ts'
export {
  claimLease,
  deleteEarlierLeases,
  LEASE_MS,
  type Lease,
  releaseLease,
  renewLease,
  type Share,
} from './repo/leases.ts'
export { applyRunReports, type Reported, type RunReport } from './repo/projection.ts'
export { type FoundRun, isDeleted, searchRuns } from './repo/runs.ts'
export { admitWaiting, admitWaitingEverywhere, findBegun } from './repo/slots.ts'
export { RUN_STATUSES } from './schema.ts'
export { builtInRunnable } from './start/built-in.ts'
export { runIdOf, wantsOwn } from './start/place.ts'
export { isWorthWaiting, requireRunRoom } from './start/room.ts'
export { type Start, type Started, startRunnable } from './start/runnable.ts'
export { askToGiveBack, type OwnFamily, wakeAdmitted } from './start/slots.ts'

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
    { name: 'write the manifest of runs', run: writeRunManifest },
  ],
  expires: [{ table: 'run_followers', column: 'ends_at', keepMs: 0 }],
  retires: [{ kind: 'runs', ofAll: retireRuns, ofTeam: retireRunsOfTeam }],
  exportLists: runsExport,
})
