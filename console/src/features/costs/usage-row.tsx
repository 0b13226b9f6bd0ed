import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { decimal } from '../../ui/format/money.ts'
import { exact } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { Facts } from '../../ui/kit/facts.tsx'
import { toRun } from '../shell/index.ts'
import { labelText } from './model/cost-form.ts'
import { dayName } from './model/days.ts'
import { type Usage, useDeleteUsage } from './usage-queries.ts'

type Props = { usage: Usage; mayDelete: boolean; onClose: () => void }

export function UsageRow({ usage: one, mayDelete, onClose }: Props) {
  const [isSure, setSure] = useState(false)
  const remove = useDeleteUsage()
  return (
    <Dialog
      title={`${one.provider}, ${dayName(one.date)}`}
      onClose={onClose}
      actions={
        mayDelete && (
          <Button
            icon="trash"
            busy={remove.isPending}
            onClick={() => (isSure ? remove.mutate(one, { onSuccess: onClose }) : setSure(true))}
          >
            {isSure ? 'Delete it for good' : 'Delete'}
          </Button>
        )
      }
    >
      <Facts
        facts={[
          ['Hours', decimal(one.hours, 6)],
          ['Quantity', one.quantity !== null && `${decimal(one.quantity, 6)} ${one.unit ?? ''}`],
          ['Service', one.service],
          ['Resource', one.resource],
          ['GPU type', one.gpuType],
          ['Model', one.model],
          [
            'Run',
            one.runId && (
              <Link {...toRun(one.runId)} className="link mono">
                {one.runId}
              </Link>
            ),
          ],
          ['Labels', labelText(one.labels).replaceAll('\n', ', ')],
          ['Source', one.source],
          ['Line', one.line],
          ['Recorded', exact(one.createdAt)],
          [
            'Id',
            <span key="id" className="mono">
              {one.id}
            </span>,
          ],
        ]}
      />
    </Dialog>
  )
}
