// Limits what the Worker can reach from this machine. The guard in src/providers/outbound checks the text of a URL. Here, the runtime checks the
// resolved address of each connection: only public addresses are allowed, so an external name that resolves to an internal address reaches nothing.
// Only hosts that the operator has listed are always allowed. The Worker's guard decides for its own calls, so it gets both networks as bindings. All
// other requests go through a Worker that chooses the network.
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Request, Response } from 'miniflare'
import type { WorkerOptions } from './bundle.ts'
import type { NetworkFaults } from './network-faults.ts'

const NAME = 'outbound'

/** Chooses the network by host and port in the URL. A redirect is a new request and is checked again. */
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
 * Addresses outside 2000::/3, addresses that contain an IPv4 address, and networks of the provider. Public services do not need them. `::/3` also
 * covers IPv4-mapped addresses.
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

/** The Worker with its requests going through a second Worker, and that Worker. */
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

/** `host` or `host:port`: the operator's list, the mail provider, and the sign-in providers with any port. */
export function namedHosts(settings: Record<string, string>): string[] {
  const listed = (settings.OUTBOUND_ALLOW_HOSTS ?? '').split(/[\s,]+/).filter((part) => part !== '')
  const addresses = [...ADDRESSES.map((name) => settings[name]), ...issuersOf(settings.OAUTH_OIDC_PROVIDERS)]
  const hosts = addresses.flatMap((address) =>
    address !== undefined && URL.canParse(address) ? [new URL(address).hostname] : [],
  )
  return [...new Set([...listed.map((part) => part.toLowerCase()), ...hosts])]
}

/** Ignores malformed values, because the Worker reports all invalid settings. */
function issuersOf(text = '[]'): string[] {
  try {
    return (JSON.parse(text) as { issuer: string }[]).map(({ issuer }) => issuer)
  } catch {
    return []
  }
}

/** Like Node, and like Miniflare by default. */
function extraCertificates(): string[] {
  const path = process.env.NODE_EXTRA_CA_CERTS
  if (path === undefined || path === '') return []
  const pem = readFileSync(path, 'utf8')
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  return isSystemStore(path, found.length) ? [] : found
}

/** Only this file: another one in the folder may have no link by hash yet, and the runtime would not find it. */
const SYSTEM_BUNDLE = 'ca-certificates.crt'

/**
 * Whether the runtime already trusts these certificates, because it looks them up by hash in this folder. Passing the usual 140 certificates
 * to it would add a second to each start.
 */
function isSystemStore(path: string, count: number): boolean {
  const store = process.env.SSL_CERT_DIR || '/etc/ssl/certs'
  const real = realpathSync(path)
  if (dirname(real) !== store || basename(real) !== SYSTEM_BUNDLE) return false
  const hashes = readdirSync(store).filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name))
  return hashes.length >= count
}
