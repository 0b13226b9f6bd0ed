// The page of an unsubscribe link. Opening it changes nothing, because mail scanners follow links.
import { FORM_STYLE, type Html, type HtmlPage, html, htmlPage } from '../../http/html-page.ts'
import { kindOf, NOTIFICATION_KINDS } from './kinds.ts'

const nameOf = (kind: string): string => {
  const known = NOTIFICATION_KINDS.find((one) => one === kind)
  return known === undefined ? 'All notifications' : kindOf(known).description
}

const page = (title: string, body: Html): Promise<HtmlPage> =>
  htmlPage({
    title,
    style: FORM_STYLE,
    body: html`<main><h1>${title}</h1>${body}</main>`,
    sendsForms: true,
  })

export const askingPage = (kind: string): Promise<HtmlPage> =>
  page(
    'Unsubscribe?',
    html`<p>You will no longer get emails of this kind: ${nameOf(kind)}</p><form method="post"><button>Stop these mails</button></form>`,
  )

export const donePage = (kind: string): Promise<HtmlPage> =>
  page(
    'Done',
    html`<p>You will no longer get emails of this kind: ${nameOf(kind)}</p><p>You can change this in your settings at any time.</p>`,
  )
