/** Runs in the browser, in the page of pages/invitation.ts. */
export const INVITATION_SCRIPT = `
const ROLES = {
  viewer: 'Viewers can see the workflows and runs of the team.',
  member: 'Members can see and edit the workflows of the team, and start runs.',
  admin: 'Admins can do everything members can, and manage the members of the team.',
}
const at = (id) => document.getElementById(id)
const say = (text) => { at('status').textContent = text }
const show = (id) => {
  at(id).hidden = false
  for (const input of at(id).querySelectorAll('input')) input.disabled = false
}
const hide = (id) => {
  at(id).hidden = true
  for (const input of at(id).querySelectorAll('input')) input.disabled = true
}

// Removes the token from the address bar and keeps it during a provider sign-in.
const fragment = new URLSearchParams(location.hash.slice(1))
history.replaceState(null, '', location.pathname)
if (fragment.has('token')) sessionStorage.setItem('invitation', fragment.get('token'))
const invitation = sessionStorage.getItem('invitation')
const codeVerifier = sessionStorage.getItem('invitation-verifier')
sessionStorage.removeItem('invitation-verifier')

let offer
let enter
let tokens

async function ask(method, path, body, accessToken) {
  const headers = {}
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (accessToken) headers.authorization = 'Bearer ' + accessToken
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const answer = await fetch('/api/v1' + path, init).catch(() => {
    throw new Error('The server did not respond. Try again.')
  })
  const text = await answer.text()
  const parsed = text === '' ? {} : JSON.parse(text)
  if (answer.ok) return parsed
  const faults = (parsed.errors || []).map((one) => one.message)
  const message = faults.length > 0 ? faults.join(' ') : parsed.detail || parsed.title
  throw Object.assign(new Error(message), { code: parsed.code })
}

const signIn = ({ password, mfaCode }) => ask('POST', '/auth/login', { email: offer.email, password, mfaCode })
const register = ({ name, password }) =>
  ask('POST', '/auth/register', { email: offer.email, password, name: name.trim() || undefined, invitation })
const redeem = ({ mfaCode }) =>
  ask('POST', '/auth/oauth/exchange', { code: fragment.get('code'), codeVerifier, mfaCode })

/** The session was only for this page. */
async function signOut() {
  const { accessToken } = tokens
  tokens = undefined
  await ask('POST', '/auth/logout', undefined, accessToken).catch(() => undefined)
}

async function join() {
  const other = tokens.user.email
  if (other !== offer.email) {
    await signOut()
    throw new Error('You signed in as ' + other + ', but the invitation is for ' + offer.email + '. Reload this page to sign in another way.')
  }
  await ask('POST', '/teams/invitations/' + encodeURIComponent(invitation) + '/accept', undefined, tokens.accessToken)
  sessionStorage.removeItem('invitation')
  at('form').hidden = true
  at('title').textContent = 'You have joined'
  say('You are now a member of the team "' + offer.teamName + '" as ' + offer.role + '. You can close this page.')
  await signOut()
}

async function explain(error) {
  if (error.code === 'auth.mfa_required') {
    show('code')
    return say('Your account requires a second factor.')
  }
  if (error.code !== 'auth.email_not_verified' || !tokens) return say(error.message)
  await ask('POST', '/auth/email/resend', undefined, tokens.accessToken)
  say('Your address is not confirmed yet. We have sent you an email: open its link, then press the button again.')
}

at('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  at('join').disabled = true
  say('One moment …')
  try {
    tokens = tokens || (await enter(Object.fromEntries(new FormData(at('form')))))
    for (const id of ['name', 'password', 'code', 'forgot', 'providers']) hide(id)
    await join()
  } catch (error) {
    await explain(error).catch((other) => say(other.message))
  }
  at('join').disabled = false
})

at('forgot').addEventListener('click', async () => {
  try {
    await ask('POST', '/auth/password/forgot', { email: offer.email })
    say('We have sent an email to ' + offer.email + '. Use it to choose a new password, then sign in here.')
  } catch (error) {
    say(error.message)
  }
})

const base64Url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

async function goTo(provider) {
  const verifier = base64Url(crypto.getRandomValues(new Uint8Array(32)))
  const challenge = base64Url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)))
  const start = new URL(provider.startUrl)
  start.searchParams.set('returnTo', start.origin + location.pathname)
  start.searchParams.set('codeChallenge', challenge)
  sessionStorage.setItem('invitation-verifier', verifier)
  location.assign(start)
}

async function offerProviders() {
  // Browsers provide crypto.subtle only over TLS or on localhost.
  if (!crypto.subtle) return
  for (const provider of (await ask('GET', '/auth/oauth/providers')).items) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = 'Continue with ' + provider.name
    button.addEventListener('click', () => goTo(provider))
    at('providers').append(button)
  }
}

function showOffer() {
  at('title').textContent = 'Join the team "' + offer.teamName + '"'
  at('who').textContent =
    (offer.invitedBy || 'Someone') + ' invites ' + offer.email + ' to the team "' + offer.teamName + '" as ' + offer.role + '.'
  at('what').textContent = ROLES[offer.role] || ''
  at('until').textContent = 'The invitation is open until ' + new Date(offer.expiresAt).toLocaleString() + '. If you do not know who sent it, close this page.'
  at('offer').hidden = false
}

async function showForm() {
  const password = at('password').querySelector('input')
  if (fragment.has('code') && codeVerifier) {
    enter = redeem
    at('join').textContent = 'Join'
    say('You have signed in. Press the button to join.')
  } else if (offer.hasAccount) {
    enter = signIn
    password.autocomplete = 'current-password'
    show('password')
    show('forgot')
    at('join').textContent = 'Sign in and join'
    say(fragment.has('error') ? 'Signing in with the provider failed. Try again, or sign in another way.' : '')
    await offerProviders()
  } else if (offer.mayRegister) {
    enter = register
    password.autocomplete = 'new-password'
    show('name')
    show('password')
    at('join').textContent = 'Create my account and join'
    say(fragment.has('error') ? 'Signing in with the provider failed. Try again, or choose a password.' : '')
    await offerProviders()
  } else {
    return say('There is no account for ' + offer.email + ' yet, and registration is closed. Ask an administrator to create one.')
  }
  at('form').hidden = false
}

async function open() {
  if (!invitation) return say('The link is incomplete. Open the complete link from the email.')
  try {
    offer = await ask('POST', '/teams/invitations/lookup', { token: invitation })
  } catch (error) {
    sessionStorage.removeItem('invitation')
    const isGone = error.code === 'invitation.invalid' || error.code === 'request.invalid'
    return say(isGone ? 'This invitation is no longer valid. Ask for a new one.' : error.message)
  }
  showOffer()
  await showForm()
}
open().catch((error) => say(error.message))
`
