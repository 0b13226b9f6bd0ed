// What the Worker may reach from this machine. The guard in src/providers/outbound judges the text of an address; here the
// runtime judges, with each connection, what a name resolves to: only public addresses, so a name of the outside that
// points inward reaches nothing. Only what the operator has named themself is reached wherever it is. The Worker's own guard
// has judged where its calls go, so it is given both ways; all else it fetches is led through a Worker that chooses.
import { readFileSync } from 'node:fs'
import { type Request, Response } from 'miniflare'
import type { WorkerOptions } from './bundle.ts'
import type { NetworkFaults } from './network-faults.ts'

const NAME = 'outbound'

/** Chooses the network by host and port, as they stand in the address: a redirect is another request, and chosen anew. */
const SCRIPT = `export default {
  fetch(request, { PUBLIC, NAMED, NAMES }) {
    const url = new URL(request.url)
    const host = url.hostname.replace(/\\.$/, '')
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    return (NAMES.includes(host) || NAMES.includes(host + ':' + port) ? NAMED : PUBLIC).fetch(request)
  },
}
`

/**
 * Outside of 2000::/3, carrying an IPv4 address inside, or of a network of the provider: never needed for what is public.
 * `::/3` also covers addresses that are IPv4 in the form of IPv6.
 */
const NEVER = [
  '::/3',
  '4000::/2',
  '8000::/1',
  '2002::/16',
  '2001::/32',
  '100.64.0.0/10',
  '198.18.0.0/15',
  '168.63.129.16/32',
]

/** The Worker with its calls led through a Worker beside it, and that Worker. */
export function withGuardedOutbound<T extends Pick<WorkerOptions, 'compatibilityDate' | 'serviceBindings'>>(
  worker: T,
  settings: Record<string, string>,
  faults: NetworkFaults,
) {
  const tlsOptions = { trustBrowserCas: true, trustedCertificates: extraCertificates() }
  const toPublic = { network: { allow: ['public'], deny: NEVER, tlsOptions } }
  const toNamed = { network: { allow: ['public', 'private', 'local'], deny: [], tlsOptions } }
  return {
    worker: {
      ...worker,
      outboundService: NAME,
      serviceBindings: {
        ...worker.serviceBindings,
        PUBLIC_NETWORK: toPublic,
        NAMED_NETWORK: toNamed,
        NETWORK_FAULTS: (request: Request) => answerFault(request, faults),
      },
    },
    outbound: {
      name: NAME,
      modules: true,
      script: SCRIPT,
      compatibilityDate: worker.compatibilityDate,
      bindings: { NAMES: namedHosts(settings) },
      serviceBindings: { PUBLIC: toPublic, NAMED: toNamed },
    },
  }
}

async function answerFault(request: Request, faults: NetworkFaults): Promise<Response> {
  const reason = await faults.answer(new URL(request.url).pathname.slice(1))
  return new Response(reason ?? '', { status: reason === null ? 404 : 200 })
}

const ADDRESSES = ['MAIL_HTTP_URL', 'OAUTH_GITHUB_URL', 'OAUTH_GITHUB_API_URL']

/** `host` or `host:port`: the operator's list, the mail provider, and the sign-in providers, on whatever port they name next. */
export function namedHosts(settings: Record<string, string>): string[] {
  const listed = (settings.OUTBOUND_ALLOW_HOSTS ?? '').split(/[\s,]+/).filter((part) => part !== '')
  const addresses = [...ADDRESSES.map((name) => settings[name]), ...issuersOf(settings.OAUTH_OIDC_PROVIDERS)]
  const hosts = addresses.flatMap((address) =>
    address !== undefined && URL.canParse(address) ? [new URL(address).hostname] : [],
  )
  return [...new Set([...listed.map((part) => part.toLowerCase()), ...hosts])]
}

/** What is not well formed is told by the Worker, which names every setting that is wrong. */
function issuersOf(text = '[]'): string[] {
  try {
    return (JSON.parse(text) as { issuer: string }[]).map(({ issuer }) => issuer)
  } catch {
    return []
  }
}

/** As Node does, and Miniflare without us. */
function extraCertificates(): string[] {
  const path = process.env.NODE_EXTRA_CA_CERTS
  if (path === undefined || path === '') return []
  const pem = readFileSync(path, 'utf8')
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
}
