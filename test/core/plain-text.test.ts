import { expect, test } from 'vitest'
import { LongText, PlainText } from '../../src/http/text.ts'
import { CreateUser } from '../../src/modules/admin/schema.ts'
import { CreateApiKey, UpdateApiKey } from '../../src/modules/api-keys/schema.ts'
import { Register } from '../../src/modules/auth/sign-in/schema.ts'
import { CreateInvitation } from '../../src/modules/teams/schema/invitation.ts'
import { CreateTeam, UpdateTeam } from '../../src/modules/teams/schema/team.ts'
import { withoutLinks } from '../../src/modules/teams/schema/team-name.ts'
import { UpdateProfile } from '../../src/modules/users/schema/profile.ts'

const REFUSED = [
  '',
  'a\nb',
  'a\u0000',
  'a\u202Egpj.exe',
  'a\u2066b',
  'a\u200Fb',
  'a\uD800b',
  '\uDC00',
  'a\u2028b',
  '\u200B',
  '\u200D\u2060 \u3164',
  '\u2800',
  'x'.repeat(81),
]

test.each(REFUSED)('%j is not a name of a person or a team', (name) => {
  const email = 'a@example.com'
  expect(PlainText(80).safeParse(name).success).toBe(false)
  expect(CreateTeam.safeParse({ name }).success).toBe(false)
  expect(Register.safeParse({ email, password: 'x', name }).success).toBe(false)
  expect(CreateUser.safeParse({ email, name }).success).toBe(false)
  expect(CreateApiKey.safeParse({ name, scopes: ['runs:read'] }).success).toBe(false)
  expect(UpdateApiKey.safeParse({ name }).success).toBe(false)
  if (name.length < 81) expect(UpdateProfile.safeParse({ name }).success).toBe(false)
})

test.each(['Ada', 'José Ñandú', '李 雷', 'שלום', '🧑‍🚀 Zoë'])('%j is a name', (name) => {
  expect(PlainText(80).parse(` ${name} `)).toBe(name)
})

test('a description has lines, but no control characters and no lone surrogates', () => {
  expect(LongText(10).parse(' a\n\tb\r\n ')).toBe('a\n\tb')
  expect(LongText(10).parse('')).toBe('')
  for (const description of ['a\u0000b', 'a\uD800', 'a\u202Eb', 'a\u001B[2J'])
    expect([description, CreateTeam.safeParse({ name: 'A', description }).success]).toEqual([
      description,
      false,
    ])
})

test('an email address is normalized everywhere', () => {
  const email = ' Q@Ex.test '
  expect(CreateInvitation.parse({ email }).email).toBe('q@ex.test')
  expect(UpdateProfile.parse({ email }).email).toBe('q@ex.test')
  expect(Register.parse({ email, password: 'x' }).email).toBe('q@ex.test')
  expect(CreateUser.parse({ email }).email).toBe('q@ex.test')
})

test.each([
  'https://evil.example/join',
  'Sign in at HTTP://evil.example',
  'ftp://evil.example',
  'see www.evil.example',
  'www\u3002evil.example',
  '\uFF48ttps\uFF1A\uFF0F\uFF0Fevil.example',
])('%j contains a link, so it is not a name of a team', (name) => {
  expect(CreateTeam.safeParse({ name }).success).toBe(false)
  expect(UpdateTeam.safeParse({ name }).success).toBe(false)
})

test.each(['Node.js', 'example.com', 'R&D: night shift', 'A / B', 'wwwild'])(
  '%j is a name of a team',
  (name) => {
    expect(CreateTeam.parse({ name }).name).toBe(name)
  },
)

test.each([
  ['Observatory', 'Observatory'],
  ['A. B: C / D', 'A. B: C / D'],
  ['example.com/join', 'example. com/join'],
  ['https://evil.example/x', 'https evil. example/x'],
  ['evil\u3002example', 'evil\u3002 example'],
  ['10.0.0.1', '10. 0. 0. 1'],
  ['ada@evil.example', 'ada@evil. example'],
])('in a mail the team name %j is written as %j, which no program turns into a link', (name, shown) => {
  expect(withoutLinks(name)).toBe(shown)
})
