// All tools. To add one, create its file and add its line here.
import { calculator } from './calculator.ts'
import { date } from './date.ts'
import { filesList } from './files-list.ts'
import { filesRead } from './files-read.ts'
import { filesWrite } from './files-write.ts'
import { httpRequestTool } from './http-request.ts'
import { notifyTool } from './notify.ts'
import { storeGetTool, storeSetTool } from './store.ts'
import type { Tool } from './tool.ts'
import { webRead } from './web-read.ts'
import { webSearch } from './web-search.ts'
import { workflowRun } from './workflow-run.ts'

export const TOOLS: readonly Tool[] = [
  calculator,
  date,
  httpRequestTool,
  webSearch,
  webRead,
  filesRead,
  filesWrite,
  filesList,
  workflowRun,
  notifyTool,
  storeGetTool,
  storeSetTool,
]

const byName = new Map(TOOLS.map((tool) => [tool.name, tool]))

export const toolOf = (name: string): Tool | undefined => byName.get(name)
