// The filters of the list, as in the URL. Unknown values are ignored.

export const STATES = ['active', 'ready', 'failed', 'cancelled'] as const
export const PLATFORMS = ['vercel', 'netlify', 'github-pages', 'aws-s3'] as const
export const ENVIRONMENTS = ['production', 'preview'] as const

export type DeploymentFilter = {
  state?: (typeof STATES)[number]
  platform?: (typeof PLATFORMS)[number]
  environment?: (typeof ENVIRONMENTS)[number]
  project?: string
  integration?: string
}

const ACTIVE = ['queued', 'preparing', 'uploading', 'processing']

export const isActive = (status: string): boolean => ACTIVE.includes(status)

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 300) : undefined

export function readDeploymentFilter(search: Record<string, unknown>): DeploymentFilter {
  const found = {
    state: STATES.find((one) => one === search.state),
    platform: PLATFORMS.find((one) => one === search.platform),
    environment: ENVIRONMENTS.find((one) => one === search.environment),
    project: text(search.project),
    integration: text(search.integration),
  }
  return Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== undefined),
  ) as DeploymentFilter
}

export const queryOf = ({ state, platform, environment, project, integration }: DeploymentFilter) => ({
  ...(platform && { platform }),
  ...(environment && { environment }),
  ...(project && { project }),
  ...(integration && { integrationId: integration }),
  ...(state && { status: state === 'active' ? ACTIVE.join(',') : state }),
})
