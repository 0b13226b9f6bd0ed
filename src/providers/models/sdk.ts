// The provider packages of the AI SDK. They are large, so only `workers/models` may import them, through this file.
// Types are an exception.
export { createAnthropic } from '@ai-sdk/anthropic'
export { createDeepSeek } from '@ai-sdk/deepseek'
export { createGoogle } from '@ai-sdk/google'
export { createOpenAI } from '@ai-sdk/openai'
export { createOpenAICompatible } from '@ai-sdk/openai-compatible'
export { createWorkersAI } from 'workers-ai-provider'
