import { Link, useSearch } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { PageProblem, toDeployments, useRights } from '../shell/index.ts'
import { DeployForm } from './deploy-form.tsx'
import styles from './form.module.css'
import { EMPTY, formLike } from './model/form.ts'
import { useEarlier, usePlatforms } from './queries.ts'

/** A deployment from nothing, or with the project and settings of an earlier one. */
export function NewDeployment() {
  useTitle('Deploy a site')
  const { like } = useSearch({ from: '/shell/deployments/new' })
  const platforms = usePlatforms()
  const earlier = useEarlier(like)
  const { mayRun } = useRights()
  const failed = platforms.error ?? earlier.error
  const isLoading = !platforms.data || (like !== undefined && !earlier.data)
  return (
    <>
      <Head
        title={
          <>
            <Link {...toDeployments()} className="crumb">
              Deployments
            </Link>
            {earlier.data ? `Deploy ${earlier.data.project}` : 'Deploy a site'}
          </>
        }
      />
      <div className={styles.page}>
        {failed ? (
          <PageProblem problem={asProblem(failed)} what="deployment" list="/deployments" />
        ) : isLoading ? (
          <Skeleton rows={8} />
        ) : !mayRun ? (
          <Empty icon="shield" title="Members deploy sites">
            Ask an owner or admin of the team for another role.
          </Empty>
        ) : (
          <DeployForm
            key={like ?? 'new'}
            draftKey={`deploy.${like ?? 'new'}`}
            platforms={platforms.data}
            initial={earlier.data ? formLike(earlier.data) : EMPTY}
          />
        )}
      </div>
    </>
  )
}
