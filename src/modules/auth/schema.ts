import * as z from 'zod'

export const OneTimeToken = z.string().trim().min(1).max(128)

export const HtmlPage = z.string().meta({ id: 'AccountPage' })
