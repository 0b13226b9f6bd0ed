// The fake provider that both sides call: the chat API of OpenAI, streamed, without delay. The model name says how
// many answers there are before the last one (`steps-5` calls the tool four times), or that none ever comes (`hang`).
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const WORDS = 'This is an answer of some words that a model could have given'.split(/(?= )/)

export async function startProvider(): Promise<{
  url: string
  host: string
  calls: () => number
  stop: () => void
}> {
  let calls = 0
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (data) => (text += data))
    request.on('end', () => {
      calls++
      answer(response, JSON.parse(text))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://${host}/v1`, host, calls: () => calls, stop }
}

type Asked = { model: string; messages: { role: string }[] }

function answer(response: ServerResponse, { model, messages }: Asked): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (model === 'hang') {
    response.flushHeaders()
    return
  }
  const turn = messages.filter(({ role }) => role === 'assistant').length + 1
  const isLast = turn >= Number(model.replace('steps-', ''))
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  const call = {
    index: 0,
    id: `call_${turn}`,
    type: 'function',
    function: { name: 'date', arguments: `{"addDays":${turn}}` },
  }
  const deltas = isLast ? WORDS.map((content) => chunk({ content })) : [chunk({ tool_calls: [call] })]
  const usage = { prompt_tokens: 50, completion_tokens: 12, total_tokens: 62 }
  response.end(
    [
      chunk({ role: 'assistant', content: '' }),
      ...deltas,
      chunk({}, isLast ? 'stop' : 'tool_calls'),
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model, choices: [], usage })}\n\n`,
      'data: [DONE]\n\n',
    ].join(''),
  )
}
