import { column, exportList } from '../../../db/export-list.ts'

export const threadsExport = [
  exportList({
    name: 'agentThreads',
    of: 'owned',
    at: ['t.created_at', 't.id'],
    start: [0, ''],
    from: 'agent_threads t',
    where: 't.team_id = ?2',
    size: 'length(t.metadata) + length(t.summary)',
    columns: {
      id: column.text('t.id'),
      teamId: column.text('t.team_id'),
      agentId: column.text('t.agent_id'),
      title: column.text('t.title'),
      metadata: column.json('t.metadata'),
      summary: column.text('t.summary'),
      createdBy: column.text('t.created_by'),
      createdAt: column.time('t.created_at'),
      updatedAt: column.time('t.updated_at'),
    },
  }),
  exportList({
    name: 'agentTurns',
    of: 'owned',
    at: ['t.created_at', 't.id', 'u.n'],
    start: [0, '', 0],
    from: 'agent_threads t JOIN agent_turns u ON u.thread_id = t.id',
    where: 't.team_id = ?2',
    size: "length(u.asked) + length(coalesce(u.answer, ''))",
    columns: {
      threadId: column.text('u.thread_id'),
      runId: column.text('u.run_id'),
      asked: column.json('u.asked'),
      answer: column.json('u.answer'),
      outcome: column.textOrNull('u.outcome'),
      createdAt: column.time('u.created_at'),
      endedAt: column.timeOrNull('u.ended_at'),
    },
  }),
]
