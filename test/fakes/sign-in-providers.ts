// Started once before the tests in workerd, which can reach these servers and no other.
import type { TestProject } from 'vitest/node'
import { serveForgingOidc } from './forging-oidc.ts'
import { GITHUB_CLIENT, serveGithub } from './github.ts'
import { OIDC_CLIENT, serveOidc } from './real-oidc.ts'
import type { Served } from './serve.ts'

export type SignInProviders = {
  /** The settings of the Worker under test. */
  settings: Record<string, string>
  /** What it may call. */
  origins: string[]
  /** For the issuer that signs anything. */
  forger: string
}

declare module 'vitest' {
  interface ProvidedContext {
    signInProviders: SignInProviders
  }
}

let served: Served[] = []

export async function setup(project: TestProject): Promise<void> {
  const [oidc, forger, github] = await Promise.all([
    serveOidc('http://orrery.test/api/v1/auth/oauth/oidc/callback'),
    serveForgingOidc(),
    serveGithub(),
  ])
  served = [oidc, forger, github]
  project.provide('signInProviders', {
    settings: {
      OAUTH_GITHUB_CLIENT_ID: GITHUB_CLIENT.clientId,
      OAUTH_GITHUB_CLIENT_SECRET: GITHUB_CLIENT.clientSecret,
      OAUTH_GITHUB_URL: github.url,
      OAUTH_GITHUB_API_URL: `${github.url}/api/v3`,
      OAUTH_OIDC_PROVIDERS: JSON.stringify([
        { id: 'oidc', name: 'Real OpenID', issuer: oidc.url, ...OIDC_CLIENT },
        { id: 'forger', name: 'Forger', issuer: forger.url, ...OIDC_CLIENT },
        { id: 'down', name: 'Down', issuer: 'http://127.0.0.1:9', ...OIDC_CLIENT },
        { id: 'open', name: 'Not encrypted', issuer: 'http://login.example.com', ...OIDC_CLIENT },
      ]),
      CORS_ORIGINS: 'https://app.example.com http://app.orrery.test',
      OAUTH_RETURN_PAGES: 'https://app.example.com/ https://app.example.com/signed-in',
    },
    origins: served.map(({ url }) => url),
    forger: forger.url,
  })
}

export async function teardown(): Promise<void> {
  await Promise.all(served.map((one) => one.close()))
}
