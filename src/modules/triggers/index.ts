import { defineModule } from '../define-module.ts'
import { triggersExport } from './export-repo.ts'
import { triggerRoutes } from './routes.ts'
import { rewrapTriggerSecrets } from './service/stored-secrets.ts'

export { credentialOf, isOwnSecret } from './credential.ts'
export { hookPathFault, matchHookPath } from './hook-path.ts'
export {
  claimSchedule,
  type DueSchedule,
  type EventTrigger,
  findDueSchedules,
  findEventTriggers,
  findTrigger,
  syncTriggers,
} from './repo.ts'
export {
  SetTriggers,
  type StoredTrigger,
  StoredTriggers,
  Trigger,
  TriggerList,
  TriggersInput,
} from './schema.ts'
export {
  changedSecrets,
  type GivenTriggers,
  type Secrets,
  sealSecrets,
  secretsNotKept,
  secretsSet,
  takeSecrets,
} from './service/given-secrets.ts'
export { triggerSecretPlace } from './service/stored-secrets.ts'
export { keyed, missingSecrets, nextFireOf, toTriggers, toTriggerWrites } from './service/triggers.ts'

export const triggersModule = defineModule({
  name: 'triggers',
  routes: [['/api/v1/workflows', triggerRoutes]],
  cron: [{ name: 're-encrypt trigger secrets', run: rewrapTriggerSecrets }],
  exportLists: triggersExport,
})
