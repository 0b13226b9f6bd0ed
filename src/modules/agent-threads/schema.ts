import * as z from 'zod'
import { JsonValue } from '../../core/json-value.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { PlainText } from '../../http/text.ts'

const title = PlainText(200)

const metadata = z
  .record(z.string().max(64), JsonValue)
  .refine((value) => JSON.stringify(value).length <= 16_384, 'at most 16 KB')
  .describe('Your own fields.')

const agentId = z.string().min(1).max(64)

export const CreateThread = z
  .strictObject({
    agentId: agentId
      .optional()
      .describe('The agent, or built-in type, that answers in it. Without one any agent may.'),
    title: title.optional().describe('Default: the beginning of the first question.'),
    metadata: metadata.default({}),
  })
  .meta({ id: 'CreateThread', examples: [{ agentId: 'writer', title: 'Notes of May' }] })
export type CreateThread = z.infer<typeof CreateThread>

export const UpdateThread = z
  .strictObject({ title: title.optional(), metadata: metadata.optional() })
  .meta({ id: 'UpdateThread', examples: [{ title: 'Notes of June' }] })
export type UpdateThread = z.infer<typeof UpdateThread>

export const Thread = z
  .strictObject({
    id: z.string(),
    agentId: z.string().nullable().describe('The only agent that answers in it; null where any may.'),
    title: z.string().describe('Empty until something was asked.'),
    metadata,
    turns: z.int().describe('How often a question was asked.'),
    bytes: z.int().describe('The size of its turns. At 16 MB, it accepts no more questions.'),
    runId: z.string().nullable().describe('The run that answers now; null when none does.'),
    inLine: z.int().describe('How many calls wait for it.'),
    summary: z.string().nullable().describe('The summary of the older turns that agents get.'),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Thread' })
export type Thread = z.infer<typeof Thread>

export const ThreadPage = pageOf(Thread).meta({ id: 'ThreadPage' })

export const ListThreads = listQuery(['-updatedAt', 'updatedAt', '-createdAt', 'createdAt'], {
  agentId: agentId.optional().describe('Only threads with this agent.'),
  createdBy: z.string().max(64).optional().describe('Only threads that this user created.'),
  q: PlainText(100).optional().describe('Words in the title.'),
})
export type ListThreads = z.infer<typeof ListThreads>

export const ThreadMessage = z
  .strictObject({
    id: z.string(),
    role: z.enum(['user', 'assistant']),
    parts: z
      .array(z.looseObject({ type: z.string() }))
      .describe('As in UI messages of the AI SDK: text, reasoning, tool calls with results, files.'),
    metadata: z.strictObject({
      runId: z.string(),
      finishReason: z
        .string()
        .nullable()
        .describe(
          'For an answer: the finish reason. `lost` if its run was deleted before the answer was stored.',
        ),
      createdAt: z.iso.datetime(),
    }),
  })
  .meta({ id: 'ThreadMessage' })
export type ThreadMessage = z.infer<typeof ThreadMessage>

export const ThreadMessagePage = pageOf(ThreadMessage).meta({ id: 'ThreadMessagePage' })
export const ListMessages = listQuery(['-createdAt', 'createdAt'], {})
export type ListMessages = z.infer<typeof ListMessages>
