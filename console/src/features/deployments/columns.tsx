import { duration } from '../../ui/format/time.ts'
import { Ago, Elapsed } from '../../ui/format/time-text.tsx'
import type { Column } from '../../ui/kit/data-table.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import styles from './deployments.module.css'
import { actionText } from './model/deployment.ts'
import type { Deployment, Platform } from './queries.ts'
import { DeploymentStatus } from './sign.tsx'

export function columnsFor(platforms: readonly Platform[]): Column<Deployment>[] {
  const names = new Map<string, string>(platforms.map(({ platform, name }) => [platform, name]))
  return [
    {
      name: 'Status',
      width: '116px',
      phone: 'sign',
      cell: (row) => <DeploymentStatus deployment={row} />,
    },
    {
      name: 'Project',
      width: 'minmax(120px, 1fr)',
      phone: 'title',
      cell: (row) => (
        <b className={styles.project}>
          <bdi>{row.project}</bdi>
        </b>
      ),
    },
    {
      name: 'Platform',
      width: '120px',
      medium: '110px',
      cell: (row) => names.get(row.platform) ?? row.platform,
    },
    {
      name: 'Environment',
      width: '96px',
      medium: '90px',
      cell: (row) => <Tag>{row.environment}</Tag>,
    },
    {
      name: 'Note',
      width: 'minmax(0, 1.4fr)',
      phone: 'detail',
      cell: (row) => <Note row={row} />,
    },
    {
      name: 'Files',
      width: '92px',
      medium: null,
      align: 'end',
      cell: (row) => <Files row={row} />,
    },
    {
      name: 'Duration',
      width: '92px',
      medium: null,
      align: 'end',
      cell: (row) => (row.finishedAt === null ? <Elapsed since={row.createdAt} /> : duration(row.durationMs)),
    },
    {
      name: 'Started',
      width: '84px',
      phone: 'end',
      align: 'end',
      cell: (row) => <Ago at={row.createdAt} />,
    },
  ]
}

/** Why it failed, or what it was for. */
function Note({ row }: { row: Deployment }) {
  if (row.error)
    return (
      <span className={styles.bad} title={row.error.message}>
        {row.error.message}
      </span>
    )
  const what = row.action === 'deploy' ? '' : actionText(row.action)
  return (
    <span className="dim" title={row.message}>
      {[what, row.message].filter((text) => text !== '').join(' · ')}
    </span>
  )
}

function Files({ row: { status, files } }: { row: Deployment }) {
  if (files.total === 0) return <span className="faint">–</span>
  return status === 'uploading' ? (
    <>
      {files.sent} of {files.changed}
    </>
  ) : (
    files.total
  )
}
