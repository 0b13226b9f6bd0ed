import { PlainText } from '../../../http/text.ts'

/** Characters that browsers and mail programs treat as the dot in a host name. */
const DOT = '[.\u3002\uFF0E\uFF61]'
const LINK = new RegExp(`[a-z][a-z0-9+.-]*:/{2}|(?:^|[^a-z0-9])www${DOT}`, 'i')

/** Team names appear in mails to people who may not know the team, so they must not contain links. */
export const TeamName = PlainText(80).refine(
  (name) => !LINK.test(name.normalize('NFKC')),
  'must not contain a link',
)

/** For mails. `example.com` is a valid name, but many mail programs would turn it into a link. */
export const withoutLinks = (name: string): string =>
  name.replace(/[:\uFF1A]\s*[/\uFF0F]+/g, ' ').replace(new RegExp(`(${DOT})(?=\\S)`, 'g'), '$1 ')
