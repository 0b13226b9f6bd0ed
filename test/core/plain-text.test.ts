import { expect, test } from 'vitest'
import { PlainText } from '../../src/http/text.ts'
import { CreateUser } from '../../src/modules/admin/schema.ts'
import { Register } from '../../src/modules/auth/schema.ts'
import { CreateTeam } from '../../src/modules/teams/schema/team.ts'
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
  'x'.repeat(81),
]

test.each(REFUSED)('%j is no name of a person or a team', (name) => {
  const email = 'a@example.com'
  expect(PlainText(80).safeParse(name).success).toBe(false)
  expect(CreateTeam.safeParse({ name }).success).toBe(false)
  expect(Register.safeParse({ email, password: 'x', name }).success).toBe(false)
  expect(CreateUser.safeParse({ email, name }).success).toBe(false)
  if (name.length < 81) expect(UpdateProfile.safeParse({ name }).success).toBe(false)
})

test.each(['Ada', 'José Ñandú', '李 雷', 'שלום', '🧑‍🚀 Zoë'])('%j is a name', (name) => {
  expect(PlainText(80).parse(` ${name} `)).toBe(name)
})
