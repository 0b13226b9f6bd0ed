// The secrets that a new installation generates: a signing key, and a key that encrypts stored secrets.
import { exportJWK, generateKeyPair } from 'jose'

export type LocalSecrets = { JWT_KEYS: string; SECRETS_KEYS: string; METRICS_TOKEN: string }

const randomBase64Url = (length: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(length))).toString('base64url')

export async function makeLocalSecrets(): Promise<LocalSecrets> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = randomBase64Url(8)
  const ringId = `k${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`
  return {
    JWT_KEYS: JSON.stringify([{ ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }]),
    SECRETS_KEYS: JSON.stringify({ current: ringId, keys: { [ringId]: randomBase64Url(32) } }),
    METRICS_TOKEN: randomBase64Url(24),
  }
}
