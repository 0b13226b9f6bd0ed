// The baseline of the agent benchmark: the AI SDK in a Worker with nothing else. It stores nothing, so a crash loses
// everything.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createUIMessageStreamResponse, isStepCount, streamText, tool, toUIMessageStream } from 'ai'
import * as z from 'zod'

type Asked = { url: string; model: string }

const tools = {
  date: tool({
    description: 'Says what time it is.',
    inputSchema: z.object({ addDays: z.number().optional() }),
    execute: async ({ addDays = 0 }) => ({ iso: new Date(Date.now() + addDays * 86_400_000).toISOString() }),
  }),
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { url, model } = await request.json<Asked>()
    const provider = createOpenAICompatible({ name: 'fake', baseURL: url, includeUsage: true })
    const result = streamText({
      model: provider.chatModel(model),
      instructions: 'Answer with words.',
      prompt: 'What day is it?',
      tools,
      stopWhen: isStepCount(200),
      maxRetries: 0,
    })
    if (new URL(request.url).pathname === '/stream')
      return createUIMessageStreamResponse({ stream: toUIMessageStream({ stream: result.stream }) })
    return Response.json({ text: await result.text, steps: (await result.steps).length })
  },
}
