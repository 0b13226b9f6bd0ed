// The page that a link opens. Opening it decides nothing; a person decides by sending its form. It works without scripts.
import { toIso } from '../../../core/clock.ts'
import { type AppError, ERRORS } from '../../../core/errors.ts'
import { pointerParts } from '../../../core/pointer.ts'
import { type Html, type HtmlPage, html, htmlPage } from '../../../http/html-page.ts'
import type { ApprovalRow } from '../repo/approvals.ts'
import { type Field, fieldsOf } from '../service/form.ts'

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

/** The submitted values, shown again together with their errors. */
export type Refused = { sent: URLSearchParams; error: AppError }

export function questionPage(row: ApprovalRow, refused?: Refused): Promise<HtmlPage> {
  const all = fieldsOf(row.form)
  const fields = all.map((field) => fieldOf(field, refused?.sent.get(`data.${field.name}`) ?? ''))
  const until = row.expiresAt === null ? '' : html`<p><small>Until ${toIso(row.expiresAt)}</small></p>`
  const comment = refused?.sent.get('comment') ?? ''
  return pageOf(
    row.title,
    html`${refused === undefined ? '' : faultsOf(refused.error, all)}<p class="message">${row.message}</p>${until}<form method="post">${fields}
<label>Comment <small>optional</small><textarea name="comment" rows="3" maxlength="5000">${comment}</textarea></label>
<button name="decision" value="approve">Approve</button><button name="decision" value="reject">Reject</button></form>`,
  )
}

/** A rejection needs no data, so the browser must not require any field. */
function fieldOf({ name, label, kind, required, choices }: Field, value: string): Html {
  const at = `data.${name}`
  const text = html`${label}${required ? '' : html` <small>optional</small>`}`
  switch (kind) {
    case 'boolean':
      return html`<label><input type="checkbox" name="${at}" value="true"${value === 'true' ? ' checked' : ''}> ${label}</label>`
    case 'choice': {
      const options = choices.map((one) => html`<option${one === value ? ' selected' : ''}>${one}</option>`)
      return html`<label>${text}<select name="${at}"><option value=""></option>${options}</select></label>`
    }
    case 'json':
      return html`<label>${text} <small>JSON</small><textarea name="${at}" rows="4">${value}</textarea></label>`
    case 'number':
      return html`<label>${text}<input name="${at}" type="number" step="any" value="${value}"></label>`
    case 'text':
      return html`<label>${text}<input name="${at}" type="text" value="${value}"></label>`
  }
}

/** Each error with the field name that the page shows. */
function faultsOf(error: AppError, fields: Field[]): Html {
  const faults = (error.errors ?? []).map(({ path = '', message }) => {
    const [part, name] = pointerParts(path)
    const label = part === 'data' ? fields.find((field) => field.name === name)?.label : undefined
    return html`<li>${label === undefined ? message : `${label}: ${message}`}</li>`
  })
  const list = faults.length === 0 ? '' : html`<ul>${faults}</ul>`
  return html`<div role="alert"><p>${error.message} Your decision was not recorded.</p>${list}</div>`
}

/** If there is nothing to decide: the link was used or is too old, or others have settled the approval. */
export const refusalPage = (error: AppError): Promise<HtmlPage> =>
  pageOf(ERRORS[error.code].title, html`<p role="alert">${error.message} You can close this page.</p>`)

export const thanksPage = (decision: 'approve' | 'reject', status: string): Promise<HtmlPage> =>
  pageOf(
    decision === 'approve' ? 'Approved' : 'Rejected',
    html`<p>Thank you. Your decision was recorded.${status === 'pending' ? ' Other people still have to decide.' : ''} You can close this page.</p>`,
  )

const pageOf = (title: string, body: Html): Promise<HtmlPage> =>
  htmlPage({ title, style: STYLE, body: html`<main><h1>${title}</h1>${body}</main>`, sendsForms: true })
