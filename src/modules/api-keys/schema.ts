import * as z from 'zod'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { KEY_SCOPES } from '../../http/scopes.ts'
import { PlainText } from '../../http/text.ts'

const KeyScopes = z
  .array(z.enum(KEY_SCOPES))
  .min(1)
  .max(KEY_SCOPES.length * 2)

export const CreateApiKey = z
  .strictObject({
    name: PlainText(80),
    scopes: KeyScopes,
    /** If omitted, the key is valid until it is deleted. */
    expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
  })
  .meta({ id: 'CreateApiKey' })
export type CreateApiKey = z.infer<typeof CreateApiKey>

export const UpdateApiKey = z
  .strictObject({ name: PlainText(80), scopes: KeyScopes })
  .partial()
  .meta({ id: 'UpdateApiKey' })
export type UpdateApiKey = z.infer<typeof UpdateApiKey>

export const ApiKey = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    masked: z.string(),
    scopes: z.array(z.string()),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

export const NewApiKey = z
  .strictObject({
    ...ApiKey.shape,
    key: z.string().meta({ description: 'The key itself. Shown only once.' }),
  })
  .meta({ id: 'NewApiKey' })
export type NewApiKey = z.infer<typeof NewApiKey>

export const ApiKeyPage = pageOf(ApiKey).meta({ id: 'ApiKeyPage' })

export const ListApiKeys = listQuery(['-createdAt', 'createdAt'], {})
export type ListApiKeys = z.infer<typeof ListApiKeys>
