import * as z from 'zod'

export const FileSchema = z.looseObject({ $id: z.string() }).meta({ id: 'WorkflowFileSchema' })
export const Page = z.string().meta({ id: 'HtmlPage' })
export const PageFile = z.string().meta({ id: 'PageFile' })
