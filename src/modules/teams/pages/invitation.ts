// The page that invitation mails link to. It works with and without an account. Invariants:
// 1. Opening the page accepts nothing, because mail scanners follow links and some run scripts. Only pressing the button
//    joins, also after a provider sign-in.
// 2. The page keeps no session. Joining uses the access token of the sign-in made by the same button press, so another site
//    cannot make a browser join.
// 3. User content is inserted as text, never as HTML.
import { FORM_STYLE, type HtmlPage, html, htmlPage } from '../../../http/html-page.ts'
import { INVITATION_SCRIPT } from './invitation-script.ts'

const BODY = html`<main><h1 id="title">Invitation</h1>
<div id="offer" hidden><p id="who"></p><p id="what"></p><p><small id="until"></small></p></div>
<form id="form" hidden>
<label id="name" hidden>Your name<input name="name" autocomplete="name" maxlength="80"></label>
<label id="password" hidden>Password<input name="password" type="password" maxlength="128" required disabled></label>
<label id="code" hidden>Code of your authenticator app, or a backup code<input name="mfaCode" autocomplete="one-time-code" maxlength="64" required disabled></label>
<button id="join"></button>
<button id="forgot" type="button" hidden>I forgot my password</button>
<div id="providers"></div></form>
<p id="status" role="status">Opening the invitation …</p></main>`

export const invitationPage = (): Promise<HtmlPage> =>
  htmlPage({ title: 'Invitation', style: FORM_STYLE, script: INVITATION_SCRIPT, body: BODY })
