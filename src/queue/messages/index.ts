// All messages of the queue, with a file for each domain. The queue only carries the ids of outbox rows. The row contains the body and is
// authoritative.
import * as z from 'zod'
import { ApprovalDecide } from './approvals.ts'
import { DeploymentEnded, DeploymentStart } from './deployments.ts'
import { EventDeliver, EventDispatch } from './events.ts'
import { BudgetCheck, CostsExport, CostsImport, ImportEnded } from './finops.ts'
import { MailSend } from './mail.ts'
import { NotificationCreate } from './notifications.ts'
import { AnnouncementDeliver, AnnouncementNotify, RealtimePublish } from './realtime.ts'
import { LiveRevoke, RunCallback, RunFailed, RunRemove, RunStart } from './runs.ts'
import { RunFilesDelete, StorageDelete } from './storage.ts'
import { TeamPurge } from './teams.ts'

export const QueueEnvelope = z.object({ outboxId: z.string(), requestId: z.string() })
export type QueueEnvelope = z.infer<typeof QueueEnvelope>

export const QueueMessage = z.discriminatedUnion('type', [
  AnnouncementNotify,
  AnnouncementDeliver,
  ApprovalDecide,
  BudgetCheck,
  CostsExport,
  CostsImport,
  DeploymentEnded,
  DeploymentStart,
  EventDeliver,
  EventDispatch,
  ImportEnded,
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
