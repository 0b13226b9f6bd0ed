// What the server answers when it does not do something (RFC 9457), as an error that a page can show.

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

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | null
  readonly retryable: boolean
  readonly errors: FieldProblem[]
  readonly runId: string | null
  readonly retryAfterSeconds: number | null

  constructor(status: number, body: ProblemBody, headers?: Headers) {
    super(body.detail ?? body.title ?? `The server answered ${status}.`)
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

  /** What a person can do about it; null where the message says all. */
  get help(): string | null {
    if (this.status === 0) return 'Check the connection. What you see may be out of date.'
    if (this.status === 402) return 'The plan of the team ends here. An owner can choose another one.'
    if (this.status === 403) return 'Ask an owner or admin of the team, or choose another team.'
    if (this.status === 412) return 'Somebody changed it meanwhile. Load it again to see how it is now.'
    if (this.status === 429 || this.status === 503)
      return this.retryAfterSeconds === null
        ? 'Try again in a moment.'
        : `Try again in ${this.retryAfterSeconds} s.`
    if (this.status >= 500) return 'It is noted in the log of the server under the id below.'
    return null
  }

  /** What is wrong with a field of a form, by its name. */
  of(field: string): string | undefined {
    return this.errors.find((one) => one.path === `/${field}`)?.message
  }
}

/** For what did not come from the server: no connection, or a fault of ours. */
export const asProblem = (error: unknown): Problem =>
  error instanceof Problem
    ? error
    : new Problem(0, {
        code: error instanceof TypeError ? 'connection.lost' : 'console.fault',
        detail:
          error instanceof TypeError
            ? 'The server cannot be reached.'
            : `The console made a mistake: ${error instanceof Error ? error.message : String(error)}`,
      })
