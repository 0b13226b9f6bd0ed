import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { PersonName } from '../people/index.ts'
import styles from './agent.module.css'
import { useAgentVersions } from './queries.ts'

/** Somebody has changed the agent since the form was filled. */
export function StaleNote({ agentId, onNewest }: { agentId: string; onNewest: () => void }) {
  const newest = useAgentVersions(agentId).data?.pages[0]?.items[0]
  return (
    <div className={styles.stale} role="alert">
      <p>
        {newest ? (
          <>
            <PersonName id={newest.createdBy} /> saved version {newest.version} <Ago at={newest.createdAt} />.
            Your changes were not saved.
          </>
        ) : (
          'It was changed in the meantime. Your changes were not saved.'
        )}
      </p>
      <Button size="small" onClick={onNewest}>
        Load the newest
      </Button>
    </div>
  )
}
