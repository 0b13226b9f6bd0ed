// The bodies that model nodes supply. They are the same for all nodes of a type, except for `effect` and the source
// of the agent; everything else is data. A run keeps the body that it started with, so a change here only affects
// later runs.
import { type Body, LIMITS, type Node } from '../../engine/model/definition.ts'
import { FIND_MODELS } from './settings.ts'

const LOOP = { back: true, maxIterations: LIMITS.iterations } as const

/** If a provider says when to retry, the node waits for that once. */
const WAIT_ONCE = { attempts: 2, delayMs: 0, maxDelayMs: 60_000 }

/** If no model is set, the team's default is looked up and recorded. */
const LADDER: Node = { id: 'ladder', type: 'ai.ladder' }
const toModel = [
  { from: 'begin', to: 'model' },
  { from: 'begin', to: 'ladder', port: FIND_MODELS },
  { from: 'ladder', to: 'model' },
]

/** Asks one model after another until one answers. */
export const askBody =
  (first: string, last: string) =>
  (node: Node): Body => ({
    nodes: [
      { id: 'begin', type: first, ...ownParams(node) },
      LADDER,
      { id: 'model', type: 'ai.model', retry: WAIT_ONCE },
      { id: 'end', type: last },
    ],
    edges: [
      ...toModel,
      { from: 'model', to: 'model', port: 'next', ...LOOP },
      { from: 'model', to: 'end', port: 'done' },
    ],
    output: '{{ nodes.end }}',
  })

export const embedBody = (node: Node): Body => ({
  nodes: [
    { id: 'begin', type: 'ai.texts', ...ownParams(node) },
    { ...LADDER, params: { kind: 'embedding' } },
    { id: 'model', type: 'ai.vectors', retry: WAIT_ONCE },
  ],
  edges: [...toModel, { from: 'model', to: 'model', port: 'next', ...LOOP }],
  output: '{{ nodes.model }}',
})

/** Asks, calls the tools that the model requests, and asks again. */
export const agentBody = (node: Node): Body => (isInThread(node) ? threadBody('ai.join') : aloneBody)(node)

const aloneBody = (node: Node): Body => beginningWith(isStored(node) ? 'ai.load' : 'ai.setup', node)

/** The same for a question of a batch, which may be invalid. */
export const itemBody = (node: Node): Body => beginningWith('ai.asked', node)

const beginningWith = (type: 'ai.load' | 'ai.setup' | 'ai.asked', node: Node): Body =>
  loopBody(node, [{ id: 'begin', type, ...ownParams(node) }, LADDER], toModel)

/** If its thread is busy, the call retries for about an hour, if it may wait. */
const WAIT_FOR_THREAD = { attempts: 100, delayMs: 1_000, factor: 1.5, maxDelayMs: 40_000 }

/** The same in a thread: begins with the earlier messages, and with a summary if there are too many. */
export const threadBody =
  (first: 'ai.recall' | 'ai.join') =>
  (node: Node): Body =>
    loopBody(
      node,
      [
        { id: 'begin', type: first, retry: WAIT_FOR_THREAD, ...ownParams(node) },
        { id: 'sum', type: 'ai.summary' },
      ],
      [
        { from: 'begin', to: 'model' },
        { from: 'begin', to: 'sum', port: 'sum' },
        { from: 'sum', to: 'sum', port: 'next', ...LOOP },
        { from: 'sum', to: 'model' },
      ],
    )

function loopBody(node: Node, first: Node[], beginning: NonNullable<Body['edges']>): Body {
  return {
    nodes: [
      ...first,
      { id: 'model', type: 'ai.model', retry: WAIT_ONCE },
      {
        id: 'tool',
        type: 'flow.group',
        each: { items: '{{ prev.calls }}', onItemError: 'collect' },
        params: { body: callBody(node) },
      },
      { id: 'limit', type: 'ai.limit' },
      { id: 'end', type: 'ai.end' },
    ],
    edges: [
      ...beginning,
      { from: 'model', to: 'model', port: 'next', ...LOOP },
      { from: 'model', to: 'tool', port: 'tools' },
      { from: 'tool', to: 'model', ...LOOP },
      { from: 'model', to: 'limit', port: 'limit' },
      { from: 'limit', to: 'model', port: 'more', ...LOOP },
      { from: 'limit', to: 'end', port: 'stop' },
      { from: 'model', to: 'end', port: 'done' },
    ],
    output: '{{ nodes.end }}',
  }
}

const isInThread = ({ params }: Node): boolean => params?.threadId !== undefined

/** An agent of the team is loaded when the node begins. */
const isStored = ({ params }: Node): boolean => params?.agentId !== undefined

/** One tool call, with consent if the policy requires it. */
const callBody = ({ effect }: Node): Body => ({
  nodes: [
    { id: 'gate', type: 'ai.gate', params: { call: '{{ item }}' } },
    {
      id: 'ask',
      type: 'flow.approval',
      params: {
        title: '{{ prev.title }}',
        message: '{{ prev.message }}',
        allowSelf: '{{ prev.allowSelf }}',
      },
    },
    {
      id: 'call',
      type: 'ai.tool',
      params: { call: '{{ item }}' },
      onError: 'continue',
      ...(effect === undefined ? {} : { effect }),
    },
    {
      id: 'run',
      type: 'flow.workflow',
      params: { workflowKey: '{{ prev.workflow }}', input: '{{ prev.input }}' },
      onError: 'continue',
      ...(effect === undefined ? {} : { effect }),
    },
    { id: 'way', type: 'ai.way', params: { call: '{{ item }}' } },
    { id: 'result', type: 'ai.result', params: { call: '{{ item }}' } },
    { id: 'refuse', type: 'ai.refuse', params: { call: '{{ item }}' } },
  ],
  edges: [
    { from: 'gate', to: 'way', port: 'call' },
    { from: 'gate', to: 'ask', port: 'ask' },
    { from: 'gate', to: 'refuse', port: 'refuse' },
    { from: 'ask', to: 'way', port: 'approved' },
    { from: 'way', to: 'call', port: 'call' },
    { from: 'way', to: 'run', port: 'run' },
    { from: 'call', to: 'result' },
    { from: 'run', to: 'result' },
    { from: 'ask', to: 'refuse', port: 'rejected' },
    { from: 'ask', to: 'refuse', port: 'timeout' },
  ],
})

/** The parameters of the outer node are evaluated in the first node of the body, where they have the same meaning. */
const ownParams = ({ params }: Node): { params?: Record<string, unknown> } =>
  params === undefined ? {} : { params }
