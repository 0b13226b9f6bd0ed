import * as z from 'zod'
import { Messages, Models, Schema } from './settings.ts'

export const GenerateParams = z
  .strictObject({
    prompt: z.unknown().optional().describe('The prompt. Values other than text are sent as JSON.'),
    messages: Messages.optional(),
    system: z.string().max(200_000).optional().describe('Instructions that are sent before the prompt.'),
    models: Models.optional(),
    temperature: z.number().min(0).max(2).optional().describe('The temperature for models without one.'),
    maxTokens: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('The maximum length of the answer in tokens, for models without one.'),
    schema: Schema.optional(),
  })
  .refine(({ prompt, messages }) => prompt !== undefined || messages !== undefined, {
    message: 'prompt or messages is needed',
  })

export const ExtractParams = z.strictObject({
  text: z.unknown().describe('The text to extract from. Other values are sent as JSON.'),
  schema: Schema,
  instructions: z.string().max(100_000).optional().describe('Further instructions for the model.'),
  models: Models.optional(),
})

const LabelName = z
  .string()
  .min(1)
  .max(64)
  .refine((label) => label !== 'error', 'the port of failures has this name')

export const ClassifyParams = z.strictObject({
  text: z.unknown().describe('The text to classify. Other values are sent as JSON.'),
  labels: z
    .array(
      z.union([
        LabelName,
        z.strictObject({
          label: LabelName.describe('The label, which is also the port.'),
          description: z.string().max(2_000).optional().describe('A description of what the label covers.'),
        }),
      ]),
    )
    .min(2)
    .max(100)
    .describe('The labels, each a text or `{ label, description }`. Each is a port.'),
  instructions: z.string().max(100_000).optional().describe('Further instructions for the model.'),
  models: Models.optional(),
})

export const EmbedParams = z.strictObject({
  texts: z
    .union([z.string().max(1_000_000), z.array(z.string().max(1_000_000)).min(1).max(2_000)])
    .describe('One text or a list.'),
  models: Models.optional(),
})
