import { defineModule } from '../define-module.ts'
import { purgeTeam } from './service.ts'

/** Above the modules teams and runs, because deleting a team deletes its runs. */
export const teamPurgeModule = defineModule({ name: 'team-purge', jobs: { 'team.purge': purgeTeam } })
