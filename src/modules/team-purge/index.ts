import { defineModule } from '../define-module.ts'
import { purgeTeam } from './service.ts'

/** Above teams and runs, since a deleted team takes its runs with it. */
export const teamPurgeModule = defineModule({ name: 'team-purge', jobs: { 'team.purge': purgeTeam } })
