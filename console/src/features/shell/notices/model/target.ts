// Where a notification leads: to the page of what it is about, or to the address that its sender gave.

export type Target =
  | { page: string; params: Record<string, string>; search: Record<string, unknown> }
  | { href: string; host: string }

type Notice = {
  kind: string
  link: string | null
  subject: { type: string; id: string } | null
  teamId: string | null
}

const PAGES = new Map<
  string,
  (id: string, kind: string) => { page: string; search?: Record<string, unknown> }
>([
  ['run', () => ({ page: '/runs/$id' })],
  ['task', () => ({ page: '/tasks/$id' })],
  ['deployment', () => ({ page: '/deployments/$id' })],
  ['integration', () => ({ page: '/integrations/$id' })],
  ['approval', (id) => ({ page: '/approvals', search: { id } })],
  ['webhook', () => ({ page: '/settings/webhooks/$id' })],
  ['team', (_id, kind) => ({ page: kind === 'export.failed' ? '/costs/exports' : '/costs/budget' })],
])

type Place = {
  personalTeamId: string | null
  origin: string
  /** Whether the console has this page. */
  hasPage: (page: string) => boolean
}

/** Null if there is nothing to open. The team of the notification is part of the target, because it may be another one. */
export function targetOf(notice: Notice, { personalTeamId, origin, hasPage }: Place): Target | null {
  const { kind, subject, teamId } = notice
  const team = teamId === null || teamId === personalTeamId ? undefined : teamId
  if (kind === 'security.notice') return { page: '/settings', params: {}, search: { page: 'security' } }
  const found = subject === null ? undefined : PAGES.get(subject.type)?.(subject.id, kind)
  if (subject !== null && found !== undefined && hasPage(found.page))
    return { page: found.page, params: { id: subject.id }, search: { ...found.search, team } }
  return linkOf(notice.link, origin)
}

/** Addresses of the API are for programs. */
function linkOf(link: string | null, origin: string): Target | null {
  if (link === null || !URL.canParse(link)) return null
  const url = new URL(link)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  if (url.origin === origin && url.pathname.startsWith('/api/')) return null
  return { href: url.href, host: url.host }
}
