import { PlainText } from '../../../http/text.ts'

/** Dots that browsers and mail programs read as the dot of a host name. */
const DOT = '[.\u3002\uFF0E\uFF61]'
const LINK = new RegExp(`[a-z][a-z0-9+.-]*:/{2}|(?:^|[^a-z0-9])www${DOT}`, 'i')

/** It stands in mail to people who may not know the team, so it carries no link there. */
export const TeamName = PlainText(80).refine(
  (name) => !LINK.test(name.normalize('NFKC')),
  'must not contain a link',
)

/** For mail. Names such as `example.com` are fine as names, but many mail programs would turn them into links. */
export const withoutLinks = (name: string): string =>
  name.replace(/[:\uFF1A]\s*[/\uFF0F]+/g, ' ').replace(new RegExp(`(${DOT})(?=\\S)`, 'g'), '$1 ')
