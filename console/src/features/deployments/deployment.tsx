import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { bytes, plural } from '../../ui/format/time.ts'
import { Pill } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { LiveDot, PageProblem, toDeployments } from '../shell/index.ts'
import { Actions } from './actions.tsx'
import styles from './deployment.module.css'
import { DetailsTab } from './details-tab.tsx'
import { FilesTab } from './files-tab.tsx'
import { LogTab } from './log-tab.tsx'
import { progressOf, signOf, webAddress } from './model/deployment.ts'
import { isActive } from './model/filter.ts'
import { type Deployment, useDeployment, usePublished } from './queries.ts'
import type { DeploymentTab } from './routes.ts'
import { useLiveDeployment } from './use-live-deployment.ts'

export function DeploymentPage() {
  const { id } = useParams({ from: '/shell/deployments/$id' })
  const found = useDeployment(id)
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="deployment"
        list="/deployments"
        onRetry={() => void found.refetch()}
      />
    )
  if (!found.data) return <Skeleton />
  return <View key={id} deployment={found.data} />
}

function View({ deployment: one }: { deployment: Deployment }) {
  const { shown, label } = signOf(one.status)
  useTitle(`${label} · ${one.project}`)
  const { tab = 'log' } = useSearch({ from: '/shell/deployments/$id' })
  const go = useNavigate({ from: '/deployments/$id' })
  const lines = useLiveDeployment(one.id)
  const progress = progressOf(one)
  const isPublic = usePublished(one).data === one.id
  const tabs = [
    { id: 'log', name: 'Log' },
    { id: 'files', name: one.files.total > 0 ? `Files ${one.files.total}` : 'Files' },
    { id: 'details', name: 'Details' },
  ]
  return (
    <>
      <Head
        title={
          <>
            <Link {...toDeployments()} className="crumb wide-only">
              Deployments
            </Link>
            <bdi>{one.project}</bdi>
          </>
        }
        end={<Actions deployment={one} />}
      >
        <Pill status={shown} label={label} progress={progress} />
        <span className="wide-only">
          <Tag>{isPublic ? 'public' : one.environment}</Tag>
        </span>
        {isActive(one.status) && <LiveDot />}
      </Head>
      {isActive(one.status) && (
        <div
          className={styles.progress}
          role="progressbar"
          aria-label="Progress of the deployment"
          aria-valuenow={progress}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${progress}%` }} />
        </div>
      )}
      <Summary deployment={one} />
      <Tabs
        label="Of the deployment"
        tabs={tabs}
        value={tab}
        onChange={(next) => void go({ search: { tab: next as DeploymentTab }, replace: true })}
      >
        {tab === 'log' && <LogTab id={one.id} live={lines} isActive={isActive(one.status)} />}
        {tab === 'files' && <FilesTab id={one.id} isActive={isActive(one.status)} />}
        {tab === 'details' && <DetailsTab deployment={one} />}
      </Tabs>
    </>
  )
}

/** Where it is, why it failed, or how far it is. */
function Summary({ deployment: one }: { deployment: Deployment }) {
  const address = webAddress(one.url)
  const { total, changed, sent, bytes: size } = one.files
  return (
    <section className={styles.summary} aria-label="Summary">
      {one.error && (
        <div className={styles.fault} role="alert">
          <b>{one.error.message}</b>
          <p className="mono faint">{one.error.code}</p>
        </div>
      )}
      {address && (
        <p className={styles.address}>
          <Icon name="globe" size={14} />
          <a className="link" href={address} target="_blank" rel="noreferrer">
            {address}
          </a>
          <CopyButton label="Copy the address" text={address} />
          {one.aliases
            .flatMap((alias) => webAddress(alias) ?? [])
            .filter((alias) => alias !== address)
            .map((alias) => (
              <a key={alias} className="link" href={alias} target="_blank" rel="noreferrer">
                {alias}
              </a>
            ))}
        </p>
      )}
      {one.message && <p className={styles.message}>{one.message}</p>}
      {total > 0 && (
        <p className="dim num" role="status">
          {plural(total, 'file')} with {bytes(size)}
          {one.status === 'uploading'
            ? `, ${sent} of ${plural(changed, 'changed file')} sent`
            : changed === 0
              ? ', nothing changed'
              : `, ${changed} changed`}
        </p>
      )}
      {one.warnings.length > 0 && (
        <details className={styles.warnings}>
          <summary>{plural(one.warnings.length, 'warning')}</summary>
          <ul>
            {one.warnings.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
