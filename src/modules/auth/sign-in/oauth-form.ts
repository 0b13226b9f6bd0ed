// Sign-in with the password form of OAuth 2.0, for clients that support nothing else. It works like the JSON sign-in.
import { AppError } from '../../../core/errors.ts'
import type { IssuedTokens } from '../sessions/schema.ts'
import type { LoginTokens } from './schema.ts'

/** Converts the form to the JSON body of the route. Empty fields count as omitted. */
export function readLoginForm(fields: URLSearchParams): unknown {
  const grant = fields.get('grant_type') ?? ''
  if (grant !== '' && grant !== 'password')
    throw new AppError('request.invalid', {
      errors: [{ path: '/grant_type', message: 'must be "password"', code: 'invalid_value' }],
    })
  const code = fields.get('mfa_code') ?? ''
  return {
    email: fields.get('username') ?? undefined,
    password: fields.get('password') ?? undefined,
    ...(code === '' ? {} : { mfaCode: code }),
  }
}

export const withOAuthNames = (tokens: IssuedTokens): LoginTokens => ({
  ...tokens,
  access_token: tokens.accessToken,
  refresh_token: tokens.refreshToken,
  token_type: 'bearer',
  expires_in: tokens.expiresIn,
})
