import * as z from 'zod'

export const Page = z.string().meta({ id: 'HtmlPage' })
export const PageFile = z.string().meta({ id: 'PageFile' })
