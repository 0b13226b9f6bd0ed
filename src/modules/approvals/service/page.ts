// The page that a link opens. It only asks: what is decided is a form that a person sends. It works without scripts.
import { toIso } from '../../../core/clock.ts'
import { utf8 } from '../../../core/crypto.ts'
import { type AppError, ERRORS } from '../../../core/errors.ts'
import type { ApprovalRow } from '../repo/approvals.ts'
import { type Field, fieldsOf } from './form.ts'

const STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem }
.message { white-space: pre-wrap }
label, input, select, textarea, button { display: block; width: 100%; font: inherit; box-sizing: border-box }
input[type=checkbox] { width: auto }
input, select, textarea, button { padding: .5rem .75rem; margin: .25rem 0 1rem; border: 1px solid #8886; border-radius: .4rem }
button { color: #fff; border: 0; cursor: pointer }
[role=alert] { border-left: 4px solid #b3403a; padding: .1rem 1rem }
button[value=approve] { background: #2b7a4b }
button[value=reject] { background: #b3403a }
small { opacity: .7 }
`

export type Shown = { html: string; contentSecurityPolicy: string }

/** What was sent and is shown again, with what is wrong with it. */
export type Refused = { sent: URLSearchParams; error: AppError }

export function askingPage(row: ApprovalRow, refused?: Refused): Promise<Shown> {
  const all = fieldsOf(row.form)
  const fields = all.map((field) => fieldOf(field, refused?.sent.get(`data.${field.name}`) ?? '')).join('')
  const until = row.expiresAt === null ? '' : `<p><small>Until ${toIso(row.expiresAt)}</small></p>`
  const comment = escaped(refused?.sent.get('comment') ?? '')
  return pageOf(
    row.title,
    `${refused === undefined ? '' : faultsOf(refused.error, all)}<p class="message">${escaped(row.message)}</p>${until}<form method="post">${fields}
<label>Comment <small>optional</small><textarea name="comment" rows="3" maxlength="5000">${comment}</textarea></label>
<button name="decision" value="approve">Approve</button><button name="decision" value="reject">Reject</button></form>`,
  )
}

/** A rejection needs no data, so nothing is required by the browser. */
function fieldOf({ name, label, kind, required, choices }: Field, value: string): string {
  const at = `name="data.${escaped(name)}"`
  const text = `${escaped(label)}${required ? '' : ' <small>optional</small>'}`
  switch (kind) {
    case 'boolean':
      return `<label><input type="checkbox" ${at} value="true"${value === 'true' ? ' checked' : ''}> ${escaped(label)}</label>`
    case 'choice': {
      const options = choices.map(
        (one) => `<option${one === value ? ' selected' : ''}>${escaped(one)}</option>`,
      )
      return `<label>${text}<select ${at}><option value=""></option>${options.join('')}</select></label>`
    }
    case 'json':
      return `<label>${text} <small>JSON</small><textarea ${at} rows="4">${escaped(value)}</textarea></label>`
    case 'number':
      return `<label>${text}<input ${at} type="number" step="any" value="${escaped(value)}"></label>`
    case 'text':
      return `<label>${text}<input ${at} type="text" value="${escaped(value)}"></label>`
  }
}

/** Each fault under the name that the page shows. */
function faultsOf(error: AppError, fields: Field[]): string {
  const faults = (error.errors ?? []).map(({ path, message }) => {
    const [, name = ''] = /^data[/.]([^/]+)/.exec(path) ?? []
    const label = fields.find((field) => field.name === name)?.label
    return `<li>${escaped(label === undefined ? message : `${label}: ${message}`)}</li>`
  })
  const list = faults.length === 0 ? '' : `<ul>${faults.join('')}</ul>`
  return `<div role="alert"><p>${escaped(error.message)} Nothing is decided yet.</p>${list}</div>`
}

/** Where there is nothing left to ask: a link that is used or old, an approval that others have settled. */
export const refusingPage = (error: AppError): Promise<Shown> =>
  pageOf(ERRORS[error.code].title, `<p role="alert">${escaped(error.message)} You can close this page.</p>`)

export const thankingPage = (decision: 'approve' | 'reject', status: string): Promise<Shown> =>
  pageOf(
    decision === 'approve' ? 'Approved' : 'Rejected',
    `<p>Thank you, that is noted.${status === 'pending' ? ' Others have to answer, too.' : ''} You can close this page.</p>`,
  )

async function pageOf(title: string, body: string): Promise<Shown> {
  return {
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${await sha256Base64(STYLE)}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  }
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)

async function sha256Base64(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', utf8(text) as Uint8Array<ArrayBuffer>)
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}
