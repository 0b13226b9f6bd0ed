/**
 * The formats that are checked. Unknown ones are annotations, as JSON Schema says. These regular expressions never
 * backtrack, so they are linear. Texts have a limit anyway.
 */
import { daysInMonth } from '../time/calendar.ts'
import { compilePattern } from './pattern.ts'

const MAX_CHARS = 8_192

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (!match) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

function isTime(text: string): boolean {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i.exec(text)
  if (!match) return false
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const [offHour, offMinute] = [Number(match[5] ?? 0), Number(match[6] ?? 0)]
  if (hour > 23 || minute > 59 || second > 60 || offHour > 23 || offMinute > 59) return false
  if (second < 60) return true
  // A leap second exists only at 23:59:60 UTC.
  const offset = (offHour * 60 + offMinute) * (match[4] === '-' ? -1 : 1)
  return (hour * 60 + minute - offset + 2 * 1440) % 1440 === 1439
}

const isDateTime = (text: string): boolean =>
  /^.{10}t/i.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11))

function isDuration(text: string): boolean {
  if (/^P\d+W$/.test(text)) return true
  const match = /^P(\d+Y)?(\d+M)?(\d+D)?(T)?(\d+H)?(\d+M)?(\d+S)?$/.exec(text)
  if (!match) return false
  const [, years, months, days, t, hours, minutes, seconds] = match
  if (Boolean(t) !== Boolean(hours || minutes || seconds)) return false
  // A unit cannot be skipped: P1Y2D and PT1H2S are not durations in RFC 3339.
  if ((years && days && !months) || (hours && seconds && !minutes)) return false
  return Boolean(years || months || days || t)
}

function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) <= 255)
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2 || text.length > 45) return false
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const all = groups.flat()
  const tail = text.endsWith('::') ? undefined : all.at(-1)
  const dotted = tail?.includes('.') === true
  if (dotted && !isIpv4(tail)) return false
  const hex = dotted ? all.slice(0, -1) : all
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false
  const count = hex.length + (dotted ? 2 : 0)
  return halves.length === 2 ? count <= 7 : count === 8
}

function isHostname(text: string): boolean {
  if (text.length > 253) return false
  return text.split('.').every((label) => /^(?!-)[a-z0-9-]{1,63}$/i.test(label) && !label.endsWith('-'))
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@')
  const [name, host] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 1 || at > 64) return false
  const quoted = /^"[^"\\\r\n]*"$/.test(name)
  const plain = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+$/i.test(name) && !/^\.|\.\.|\.$/.test(name)
  if (!quoted && !plain) return false
  const literal = /^\[(IPv6:)?(.+)\]$/i.exec(host)
  if (literal) return literal[1] ? isIpv6(literal[2] ?? '') : isIpv4(literal[2] ?? '')
  return isHostname(host)
}

function isUriReference(text: string): boolean {
  if (!/^[a-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/i.test(text) || /%(?![0-9a-f]{2})/i.test(text)) return false
  const match = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(text)
  if (!match || match[4]?.includes('#')) return false
  const [, scheme, authority, path = ''] = match
  if (scheme !== undefined && !/^[a-z][a-z0-9+.-]*$/i.test(scheme)) return false
  if (/[[\]]/.test(text.replace(/\/\/[^/?#]*/, ''))) return false
  if (authority === undefined) return scheme !== undefined || !path.split('/')[0]?.includes(':')
  const host = authority.slice(authority.indexOf('@') + 1)
  if (host.includes('@') || /[[\]]/.test(authority.slice(0, authority.length - host.length))) return false
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(host)
  if (bracketed) return isIpv6(bracketed[1] ?? '') || /^v[0-9a-f]+\./i.test(bracketed[1] ?? '')
  return /^[^:[\]]*(?::\d*)?$/.test(host)
}

const isUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(text) && isUriReference(text)

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': isDateTime,
  date: isDate,
  time: isTime,
  duration: isDuration,
  email: isEmail,
  hostname: isHostname,
  ipv4: isIpv4,
  ipv6: isIpv6,
  uri: isUri,
  'uri-reference': isUriReference,
  uuid: (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text),
  'json-pointer': (text) => /^(?:\/(?:[^~/]|~[01])*)*$/.test(text),
  regex: (text) => compilePattern(text).ok,
}

/** The steps of a format: parsing a regular expression is expensive, because it may contain large repeat counts. */
export const formatCost = (format: string, text: string): number =>
  text.length * (format === 'regex' ? 200 : 1 / 4)

export function matchesFormat(format: string, text: string): boolean {
  const check = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
  return check === undefined || (text.length <= MAX_CHARS && check(text))
}
