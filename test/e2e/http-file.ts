// A small reader of .http files, like in editors: requests separated by `###`, `@name = value` lines, `{{name}}`
// anywhere, and `{{request.response.body.$.path}}` for values of an earlier response. `# expect 201` is our own: the
// expected status of the response.
import { randomUUID } from 'node:crypto'

export type HttpRequest = {
  title: string
  name: string | null
  expect: number | null
  method: string
  url: string
  headers: [string, string][]
  body: string | null
}

export type HttpFile = { variables: Map<string, string>; requests: HttpRequest[] }

export type HttpAnswer = { status: number; headers: Headers; text: string }

export function parseHttpFile(text: string): HttpFile {
  const variables = new Map<string, string>()
  const requests: HttpRequest[] = []
  for (const part of text.split(/^(?=###)/m)) {
    const lines = part.split('\n')
    for (const line of lines) {
      const variable = /^@(\w+)\s*=\s*(.*?)\s*$/.exec(line)
      if (variable) variables.set(variable[1] ?? '', variable[2] ?? '')
    }
    const request = parseRequest(lines)
    if (request) requests.push(request)
  }
  return { variables, requests }
}

function parseRequest(lines: string[]): HttpRequest | null {
  const start = lines.findIndex((line) => /^[A-Z]+ \S/.test(line))
  if (start < 0) return null
  const [method = '', url = ''] = (lines[start] ?? '').split(/ +/)
  const comment = (pattern: RegExp): string | null =>
    lines
      .slice(0, start)
      .map((line) => pattern.exec(line)?.[1])
      .find(Boolean) ?? null
  const blank = lines.findIndex((line, at) => at > start && line.trim() === '')
  const head = lines.slice(start + 1, blank < 0 ? undefined : blank)
  const body = blank < 0 ? '' : lines.slice(blank).join('\n').trim()
  const expect = comment(/^# expect (\d{3})$/)
  return {
    title: comment(/^### *(.+)$/) ?? `${method} ${url}`,
    name: comment(/^# @name (\w+)$/),
    expect: expect === null ? null : Number(expect),
    method,
    url,
    headers: head.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    }),
    body: body === '' ? null : body,
  }
}

/** Sends the requests in order. `set` overrides the variables of the file. */
export async function* runHttpFile(file: HttpFile, set: Record<string, string>) {
  const variables = new Map(file.variables)
  // A variable may contain a system variable, which is the same for the whole file.
  for (const [name, value] of variables) variables.set(name, value.replaceAll('{{$guid}}', randomUUID()))
  for (const [name, value] of Object.entries(set)) variables.set(name, value)
  const answers = new Map<string, HttpAnswer>()
  const fill = (text: string): string =>
    text.replace(/\{\{(\$?[\w.$[\]-]+)\}\}/g, (whole, name: string) => {
      if (name === '$guid') return randomUUID()
      return variables.get(name) ?? fromAnswer(answers, name) ?? whole
    })
  for (const request of file.requests) {
    const response = await fetch(fill(request.url), {
      method: request.method,
      headers: request.headers.map(([name, value]): [string, string] => [name, fill(value)]),
      ...(request.body === null ? {} : { body: fill(request.body) }),
    })
    const answer = { status: response.status, headers: response.headers, text: await response.text() }
    if (request.name !== null) answers.set(request.name, answer)
    yield { request, answer }
  }
}

function fromAnswer(answers: Map<string, HttpAnswer>, name: string): string | null {
  const [, request = '', part, rest = ''] = /^(\w+)\.response\.(body|headers)\.(.+)$/.exec(name) ?? []
  const answer = answers.get(request)
  if (answer === undefined) return null
  if (part === 'headers') return answer.headers.get(rest)
  let value: unknown = JSON.parse(answer.text)
  for (const key of rest.replace(/^\$\.?/, '').match(/[\w-]+/g) ?? [])
    value = (value as Record<string, unknown> | null | undefined)?.[key]
  if (value === undefined || value === null) throw new Error(`${name} is not in the answer: ${answer.text}`)
  return String(value)
}
