// Notifies owners that a threshold was reached, or that work was stopped.
import { toUsd } from '../../../core/money.ts'
import type { QueueMessage } from '../../../queue/messages/index.ts'
import { notify } from '../../../queue/notify.ts'
import type { Metric, Notice } from './repo.ts'

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`

export const inUnit = (metric: Metric, amount: number): string =>
  metric === 'cost' ? `${toUsd(amount).toFixed(2)} USD` : `${Math.round(amount)} tokens`

const addressOf = (teamId: string, publicUrl: string): string => `${publicUrl}/api/v1/teams/${teamId}/budgets`

export const thresholdNotice = (
  { teamId, period, metric, limit, share, spent }: Notice,
  publicUrl: string,
): QueueMessage =>
  notify({
    kind: 'budget.threshold',
    to: { role: 'owner' },
    teamId,
    level: share >= 1 ? 'warning' : 'info',
    title: `${percent(share)} of the ${nameOf(metric)} is used`,
    message: [
      `The team has used ${inUnit(metric, spent)} in ${period} (UTC).`,
      `That is ${percent(share)} or more of its limit of ${inUnit(metric, limit)} a month.`,
      'If the budget has hardStop, model calls stop at the limit. Otherwise nothing is stopped.',
    ].join('\n'),
    link: addressOf(teamId, publicUrl),
    subject: { type: 'team', id: teamId },
  })

export const stoppedNotice = (
  { teamId, period, metric, limit, spent }: Omit<Notice, 'share'>,
  publicUrl: string,
): QueueMessage =>
  notify({
    kind: 'budget.stopped',
    to: { role: 'owner' },
    teamId,
    level: 'error',
    title: `The ${nameOf(metric)} is used up: model calls are stopped`,
    message: [
      `The team has used ${inUnit(metric, spent)} of its limit of ${inUnit(metric, limit)} in ${period} (UTC), and its budget has a hard stop.`,
      'Paid model calls are refused until the month ends or the limit is raised.',
    ].join('\n'),
    link: addressOf(teamId, publicUrl),
    subject: { type: 'team', id: teamId },
  })

const nameOf = (metric: Metric): string => (metric === 'cost' ? 'budget' : 'token budget')
