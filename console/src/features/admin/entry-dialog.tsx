import type { Schemas } from '../../api/client.ts'
import { exact } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { Facts } from '../../ui/kit/facts.tsx'
import { Json } from '../../ui/kit/json.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import styles from './admin.module.css'

type Entry = Schemas['AuditEntry']
type Filter = { actor?: string; target?: string; of?: string }

type Props = { entry: Entry; onClose: () => void; onFilter: (filter: Filter) => void }

const mono = (text: string | null) => text && <span className="mono">{text}</span>

/** One entry, with the values before and after the change. */
export function EntryDialog({ entry, onClose, onFilter }: Props) {
  const filter = (by: Filter) => () => {
    onFilter(by)
    onClose()
  }
  return (
    <Dialog title={entry.action} size="large" onClose={onClose}>
      <Facts
        facts={[
          ['When', exact(entry.createdAt)],
          ['By', entry.actorKind.replace('_', ' ')],
          ['User', mono(entry.actorId)],
          ['API key', mono(entry.actorKeyId)],
          [entry.targetType, mono(entry.targetId)],
          ['Team', mono(entry.teamId)],
          ['Address', entry.address],
          ['Client', entry.userAgent],
          ['Request', mono(entry.requestId)],
          ['Number', entry.seq],
          ['Seal', entry.seal === null ? 'not yet' : mono(entry.seal)],
        ]}
      />
      {(entry.before !== null || entry.after !== null) && (
        <div className={styles.sides}>
          <Json title="Before" value={entry.before} empty="Nothing" />
          <Json title="After" value={entry.after} empty="Nothing" />
        </div>
      )}
      <div className={sheet.buttons}>
        <Button size="small" onClick={filter({ target: entry.targetId })}>
          All of this object
        </Button>
        {entry.actorId !== null && (
          <Button size="small" onClick={filter({ actor: entry.actorId })}>
            All by this user
          </Button>
        )}
        <Button size="small" onClick={filter({ of: entry.teamId })}>
          All of this team
        </Button>
      </div>
    </Dialog>
  )
}
