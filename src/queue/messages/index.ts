// Every message of the queue, a file for each domain. What travels in a queue is only the id of an outbox row: the row holds
// the body, and is the truth.
import * as z from 'zod'
import { ApprovalDecide } from './approvals.ts'
import { DeploymentEnded, DeploymentStart } from './deployments.ts'
import { EventDeliver, EventDispatch } from './events.ts'
import { BudgetCheck, CostsExport, CostsImport } from './finops.ts'
import { MailSend } from './mail.ts'
import { NotificationCreate } from './notifications.ts'
import { AnnouncementNotify, AnnouncementTell, RealtimePublish } from './realtime.ts'
import { LiveRevoke, RunCallback, RunFailed, RunRemove, RunStart } from './runs.ts'
import { RunFilesDelete, StorageDelete } from './storage.ts'
import { TeamPurge } from './teams.ts'

export const QueueEnvelope = z.object({ outboxId: z.string(), requestId: z.string() })
export type QueueEnvelope = z.infer<typeof QueueEnvelope>

export const QueueMessage = z.discriminatedUnion('type', [
  AnnouncementNotify,
  AnnouncementTell,
  ApprovalDecide,
  BudgetCheck,
  CostsExport,
  CostsImport,
  DeploymentEnded,
  DeploymentStart,
  EventDeliver,
  EventDispatch,
  LiveRevoke,
  MailSend,
  RealtimePublish,
  NotificationCreate,
  RunCallback,
  RunFailed,
  RunFilesDelete,
  RunRemove,
  RunStart,
  StorageDelete,
  TeamPurge,
])
export type QueueMessage = z.infer<typeof QueueMessage>
export type MessageType = QueueMessage['type']
