// The texts of a credential that must not be shown: its secrets, values derived from them, and their parts.
import type { Auth } from '../types/type.ts'
import type { Credential } from './open.ts'

export function secretTexts({ type, config, secrets, previous, token }: Credential): string[] {
  const texts = [secrets, previous ?? {}].flatMap((all) => [
    ...Object.values(all).flatMap(partsOf),
    ...textsOfAuth(type.auth?.(config, all)),
  ])
  return [...new Set(token === null ? texts : [...texts, token.value])]
}

/** A connection string or a webhook URL is recognizable by its password, path and query. */
function partsOf(secret: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(secret) || !URL.canParse(secret)) return [secret]
  const { password, pathname, search, searchParams } = new URL(secret)
  return [
    secret,
    password,
    decoded(password),
    pathname + search,
    pathname.length > 16 ? pathname : '',
    ...searchParams.values(),
  ]
}

function textsOfAuth({ headers = {}, query = {}, pathPrefix = '' }: Auth = {}): string[] {
  // Without the scheme before it, and without parts that reveal nothing, such as the version of an API.
  const sent = Object.values(headers).map((value) => value.replace(/^(Basic|Bearer|Bot) /, ''))
  return [...sent, ...Object.values(query), pathPrefix.replace(/^\//, '')].filter((text) => text.length >= 16)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
