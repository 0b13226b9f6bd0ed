DROP INDEX `approvals_remind`;--> statement-breakpoint
ALTER TABLE `approvals` DROP COLUMN `remind_at`;--> statement-breakpoint
CREATE INDEX `approvals_untold` ON `approvals` (`reminded_at`) WHERE status = 'pending' AND assignees <> '[]';
