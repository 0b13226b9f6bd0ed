// An error response of the server (RFC 9457), as an error that a page can show.

export type FieldProblem = { path?: string; message: string; code?: string }

type ProblemBody = {
  status?: number
  code?: string
  title?: string
  detail?: string
  requestId?: string
  retryable?: boolean
  runId?: string
  errors?: FieldProblem[]
}

/** The detail, unless it repeats the first of the errors, which are shown below it. */
const messageOf = ({ title, detail, errors: [first] = [] }: ProblemBody): string | undefined =>
  (first !== undefined && detail?.includes(first.message) ? title : detail) ?? title

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | null
  readonly retryable: boolean
  readonly errors: FieldProblem[]
  readonly runId: string | null
  readonly retryAfterSeconds: number | null

  constructor(status: number, body: ProblemBody, headers?: Headers) {
    super(messageOf(body) ?? `The server responded with ${status}.`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? 'unknown'
    this.requestId = body.requestId ?? headers?.get('x-request-id') ?? null
    this.retryable = body.retryable ?? (status >= 500 || status === 429)
    this.errors = body.errors ?? []
    this.runId = body.runId ?? null
    const after = Number(headers?.get('retry-after') ?? Number.NaN)
    this.retryAfterSeconds = Number.isFinite(after) ? after : null
  }

  /** What a person can do about it; null if the message is enough. */
  get help(): string | null {
    if (this.status === 0) return 'Check the connection. What you see may be out of date.'
    if (this.status === 402)
      return 'The team has reached a limit of its plan. An owner can choose another plan.'
    if (this.code === 'access.denied') return 'Ask an owner or admin of the team, or switch to another team.'
    if (this.status === 412)
      return 'It was changed in the meantime. Look at the current version, then try again.'
    if (this.status === 429 || this.status === 503)
      return this.retryAfterSeconds === null
        ? 'Try again in a moment.'
        : `Try again in ${this.retryAfterSeconds} s.`
    if (this.status >= 500) return 'The server’s log has details under the id below.'
    return null
  }

  /** The error of a form field, by name. */
  of(field: string): string | undefined {
    return this.errors.find((one) => one.path === `/${field}`)?.message
  }
}

/** For errors without a response: no connection, or a bug of the console. */
export const asProblem = (error: unknown): Problem =>
  error instanceof Problem
    ? error
    : new Problem(0, {
        code: error instanceof TypeError ? 'connection.lost' : 'console.fault',
        detail:
          error instanceof TypeError
            ? 'The server cannot be reached.'
            : `The console has failed: ${error instanceof Error ? error.message : String(error)}`,
      })
