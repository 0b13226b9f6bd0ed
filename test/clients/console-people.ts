// People of a team for journeys: somebody with a role, invited and accepted over the API.
import { call, signIn } from '../e2e/client.ts'
import { readState } from '../e2e/installation.ts'

type Mail = { items: { text: string }[] }
type Secrets = { adminPassword: string; demoPassword: string; mailboxToken: string }

/** A new team of the administrator, with the demo user in this role. Returns its id and the token of its owner. */
export async function newTeamWithDemoAs(
  role: 'viewer' | 'member' | 'admin',
  url: string,
  stateDir: string,
): Promise<{ teamId: string; ownerToken: string }> {
  const secrets = readState<Secrets>(stateDir, 'secrets.json')
  if (secrets === null) throw new Error('There are no secrets of an installation')
  const ownerToken = await signIn(url, 'admin@example.com', secrets.adminPassword)
  const demoToken = await signIn(url, 'demo@example.com', secrets.demoPassword)
  const ask = async <T>(token: string, path: string, json: unknown): Promise<T> => {
    const { status, body } = await call<T>(url, 'POST', `/api/v1${path}`, { token, json })
    if (status >= 300) throw new Error(`POST ${path} answered ${status}: ${JSON.stringify(body)}`)
    return body
  }
  const team = await ask<{ id: string }>(ownerToken, '/teams', { name: `Team with a ${role}` })
  await ask(ownerToken, `/teams/${team.id}/invitations`, { email: 'demo@example.com', role })
  for (;;) {
    const mailbox = await fetch(`${url}/dev/mailbox?token=${secrets.mailboxToken}&to=demo@example.com`)
    const texts = ((await mailbox.json()) as Mail).items.map(({ text }) => text).join('\n')
    const invitation = /\/account\/invitation#token=([\w-]+)/.exec(texts)?.[1]
    if (invitation !== undefined) {
      await ask(demoToken, `/teams/invitations/${invitation}/accept`, undefined)
      return { teamId: team.id, ownerToken }
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
