// The groups of operations, in the order of the reference. An operation id starts with the name of its group.
export const TAGS = {
  auth: 'Accounts, sign-in, sessions, API keys, second factors and sign-in providers',
  users: 'The signed-in person: profile, preferences, plan, statistics and export',
  teams: 'Teams, their members, budgets, usage and audit log',
  invitations: 'Invitations to a team',
  workflows: 'Workflows with their versions, drafts, triggers and templates',
  variables: "The team's variables, which expressions read as `vars.name`",
  integrations: 'Connections to external services, with their secrets',
  search: 'Search in a team',
  runs: 'Runs: start, follow, read and control them',
  agents: 'Agents, calls of agents and chats with them, and the models that they call',
  tasks: 'The work list: tasks with their dependencies, schedules, workers and statistics',
  files: 'Files of the team: uploads, downloads, versions and links',
  deployments: 'Sites that are published to Vercel, Netlify, GitHub Pages and S3',
  realtime: 'Live events of a team over sockets and streams, and announcements',
  approvals: 'Approvals that runs wait for',
  events: 'Events that start runs and end waits',
  hooks: 'Deliveries to webhook triggers',
  jobs: 'GPU jobs and the utilisation of their GPUs',
  costs: 'Costs, prices, totals, forecast, import and export',
  usage: 'Usage of GPUs and services',
  webhooks: 'Events and callbacks that are sent to the team’s URLs',
  admin: 'For platform administrators: users, plans, settings, queues, runs and the audit log',
  system: 'Health, metrics and the API description',
  docs: 'The API reference',
} as const satisfies Record<string, string>

export type Tag = keyof typeof TAGS

/** Such as `teams.create`, or `teams.members.update` for a part of an object, as an SDK would name it. */
export type OperationId = `${Tag}.${string}`

export const tagOf = (id: OperationId): Tag => id.split('.')[0] as Tag
