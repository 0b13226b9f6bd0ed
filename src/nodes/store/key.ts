import * as z from 'zod'

export const key = z.string().min(1).max(200).describe('The name of the entry, shared by the whole team.')
