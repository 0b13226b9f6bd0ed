import { lazy, Suspense, useState } from 'react'
import { Button } from '../../../ui/kit/button.tsx'
import { Empty } from '../../../ui/kit/page.tsx'
import { useRowKeys } from '../../../ui/use-row-keys.ts'
import { hasEnded } from '../model/verbs.ts'
import { Parts } from '../tree.tsx'
import styles from './task.module.css'
import type { TabProps } from './work-tab.tsx'

const NewTask = lazy(() => import('../task-dialog.tsx').then(({ NewTask }) => ({ default: NewTask })))

export function SubtasksTab({ task, mayRun }: TabProps) {
  const box = useRowKeys<HTMLDivElement>()
  const [isNew, setNew] = useState(false)
  const add = mayRun && !hasEnded(task.status) && (
    <Button icon="plus" onClick={() => setNew(true)}>
      Add a part
    </Button>
  )
  return (
    <div className={styles.scroll} ref={box}>
      {task.children === 0 ? (
        <Empty icon="layers" title="No parts" action={add}>
          A task with parts does no work itself: its status and progress are those of its parts.
        </Empty>
      ) : (
        <>
          <Parts row={task} depth={0} />
          {add && <p className={styles.note}>{add}</p>}
        </>
      )}
      {isNew && (
        <Suspense>
          <NewTask parent={{ id: task.id, title: task.title }} onClose={() => setNew(false)} />
        </Suspense>
      )}
    </div>
  )
}
