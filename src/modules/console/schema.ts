import * as z from 'zod'

export const ConsoleFile = z.string().meta({ id: 'ConsoleFile' })
