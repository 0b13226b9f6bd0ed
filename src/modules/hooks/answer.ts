// The response that a workflow has chosen, within limits. It is served from our own origin, so it must not set cookies, policies
// or headers that a proxy acts upon, and its content is sandboxed.
import type { HttpAnswer } from '../../objects/workflow-run.ts'

const ALLOWED =
  /^(content-type|content-language|content-disposition|cache-control|etag|expires|last-modified|link|location|retry-after|vary|x-[a-z0-9-]+)$/
const REFUSED = /^x-(accel|sendfile|lighttpd|frame|content-type|request-id|forwarded|dns|permitted|xss)/

export const SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"

/** A redirect without a fragment inherits that of the request, which may contain a sign-in code. An empty fragment prevents that. */
const withFragment = (location: string): string => (location.includes('#') ? location : `${location}#`)

const WITHOUT_BODY = [204, 205, 304]

export function toResponse({ status, headers, body }: HttpAnswer): Response {
  const kept = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (!ALLOWED.test(name.toLowerCase()) || REFUSED.test(name.toLowerCase())) continue
    try {
      kept.set(name, name.toLowerCase() === 'location' ? withFragment(value) : value)
    } catch {
      // Leave out a value that is not valid in a header.
    }
  }
  kept.set('content-security-policy', SANDBOX)
  if (WITHOUT_BODY.includes(status) || body === null || body === undefined)
    return new Response(null, { status, headers: kept })
  const text = typeof body === 'string'
  if (!kept.has('content-type'))
    kept.set('content-type', text ? 'text/plain; charset=utf-8' : 'application/json')
  return new Response(text ? body : JSON.stringify(body), { status, headers: kept })
}
