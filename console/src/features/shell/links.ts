// Links to pages of other features. Features use these, so that they do not import each other.

const link = (to: string, params: object, search: object) => ({
  to: to as '/',
  params: params as never,
  search: search as never,
})

export const toRun = (id: string, search: { node?: string } = {}) => link('/runs/$id', { id }, search)
export const toRuns = (search: object = {}) => link('/runs', {}, search)
export const toWorkflow = (id: string) => link('/workflows/$id', { id }, {})
export const toWorkflows = (search: object = {}) => link('/workflows', {}, search)
export const toImport = () => link('/workflows/import', {}, {})
export const toApprovals = () => link('/approvals', {}, {})
export const toIntegrations = (search: object = {}) => link('/integrations', {}, search)
export const toNewIntegration = (search: { type?: string } = {}) => link('/integrations/new', {}, search)
export const toIntegration = (id: string) => link('/integrations/$id', { id }, {})
export const toDeployments = (search: object = {}) => link('/deployments', {}, search)
export const toNewDeployment = (search: { like?: string } = {}) => link('/deployments/new', {}, search)
export const toDeployment = (id: string) => link('/deployments/$id', { id }, {})
export const toWebhooks = () => link('/settings', {}, { page: 'webhooks' })
export const toWebhook = (id: string) => link('/settings/webhooks/$id', { id }, {})
/** A page without parameters. */
export const toPage = (path: string, search: object = {}) => link(path, {}, search)
export const toCost = (id: string) => link('/costs/rows/$id', { id }, {})
export const toAgents = (search: object = {}) => link('/agents', {}, search)
export const toAgent = (id: string, search: object = {}) => link('/agents/$id', { id }, search)
export const toNewAgent = (search: { type?: string; template?: string } = {}) =>
  link('/agents/new', {}, search)
export const toFile = (id: string, search: object = {}) => link('/files/$id', { id }, search)
export const toFiles = (search: object = {}) => link('/files', {}, search)
export const toTask = (id: string, search: object = {}) => link('/tasks/$id', { id }, search)
export const toTasks = (search: object = {}) => link('/tasks', {}, search)

/** The page of each kind of thing that has an id, by the name of the kind in the API. */
export const THING_PAGES: ReadonlyMap<string, string> = new Map([
  ['workflow', '/workflows/$id'],
  ['run', '/runs/$id'],
  ['agent', '/agents/$id'],
  ['file', '/files/$id'],
  ['integration', '/integrations/$id'],
  ['deployment', '/deployments/$id'],
  ['task', '/tasks/$id'],
  ['webhook', '/settings/webhooks/$id'],
])
