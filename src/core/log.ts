// Logs are one JSON object per line. Secrets are removed by field name. Never log values on purpose.

export type LogFields = Record<string, unknown>
export type Log = {
  info: (message: string, fields?: LogFields) => void
  warn: (message: string, fields?: LogFields) => void
  error: (message: string, fields?: LogFields) => void
  with: (fields: LogFields) => Log
}

type Level = 'info' | 'warn' | 'error'
const RANK: Record<Level, number> = { info: 0, warn: 1, error: 2 }

const SECRET_NAME =
  /pass(word|wd)?|secret|token|api_?key|authorization|cookie|credential|private|otp|backup_?code/i

export function redact(value: unknown, depth = 0): unknown {
  if (value === null || typeof value !== 'object') return value
  if (depth > 8) return '[deep]'
  if (value instanceof Error)
    return {
      name: value.name,
      message: value.message,
      stack: value.stack,
      cause: redact(value.cause, depth + 1),
    }
  if (Array.isArray(value)) return value.map((inner) => redact(inner, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_NAME.test(key) && typeof inner !== 'boolean' ? '[redacted]' : redact(inner, depth + 1),
    ]),
  )
}

export function createLog(minimum: Level | 'none', base: LogFields = {}): Log {
  const write = (level: Level) => (message: string, fields?: LogFields) => {
    if (minimum === 'none' || RANK[level] < RANK[minimum]) return
    const line = JSON.stringify({
      time: new Date().toISOString(),
      level,
      message,
      ...base,
      ...(redact(fields ?? {}) as LogFields),
    })
    if (level === 'error') console.error(line)
    else console.log(line)
  }
  return {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    with: (fields) => createLog(minimum, { ...base, ...fields }),
  }
}
