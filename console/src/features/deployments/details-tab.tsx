import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { duration, shortId } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Json } from '../../ui/kit/json.tsx'
import { toDeployment, toDeployments, toIntegration, toRun } from '../shell/index.ts'
import styles from './deployment.module.css'
import { actionText, runOf, sourceText } from './model/deployment.ts'
import { type Deployment, useIntegrationName, usePlatforms } from './queries.ts'

export function DetailsTab({ deployment: one }: { deployment: Deployment }) {
  const platform = usePlatforms().data?.find(({ platform: id }) => id === one.platform)
  const integration = useIntegrationName(one.integrationId)
  const sourceRun = runOf(one.source)
  return (
    <div className={styles.scroll}>
      <dl className={styles.facts}>
        <Fact name="Platform">{platform?.name ?? one.platform}</Fact>
        <Fact name="Project">
          <Link {...toDeployments({ project: one.project })} className="link">
            <bdi>{one.project}</bdi>
          </Link>
        </Fact>
        <Fact name="Integration">
          <Link {...toIntegration(one.integrationId)} className="link">
            <bdi>{integration.data ?? (integration.isError ? 'deleted' : shortId(one.integrationId))}</bdi>
          </Link>
        </Fact>
        <Fact name="Environment">{one.environment}</Fact>
        <Fact name="Source">
          {sourceRun === null ? (
            <span className="mono">{sourceText(one.source)}</span>
          ) : (
            <Link {...toRun(sourceRun)} className="link">
              {sourceText(one.source)}
            </Link>
          )}
        </Fact>
        <Fact name="Action">
          {actionText(one.action)}
          {one.basedOn !== null && (
            <>
              , from{' '}
              <Link {...toDeployment(one.basedOn)} className="link mono">
                {shortId(one.basedOn)}
              </Link>
            </>
          )}
        </Fact>
        <Fact name="Run">
          <Link {...toRun(one.runId)} className="link mono">
            {shortId(one.runId)}
          </Link>
        </Fact>
        {one.platformId !== null && (
          <Fact name="Id there">
            <span className="mono">{one.platformId}</span>
          </Fact>
        )}
        <Fact name="Started">
          <Ago at={one.createdAt} />
        </Fact>
        {one.readyAt !== null && (
          <Fact name="Ready">
            <Ago at={one.readyAt} />
          </Fact>
        )}
        {one.durationMs !== null && <Fact name="Duration">{duration(one.durationMs)}</Fact>}
      </dl>
      <div className={styles.settings}>
        <Json
          title="Settings"
          value={Object.keys(one.settings).length === 0 ? null : one.settings}
          empty="The defaults of the platform."
        />
      </div>
    </div>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
