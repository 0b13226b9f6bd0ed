DROP INDEX `approvals_untold`;--> statement-breakpoint
ALTER TABLE `approvals` ADD `remind_at` integer;--> statement-breakpoint
UPDATE `approvals` SET `remind_at` = `reminded_at` + 86400000 WHERE `reminded_at` IS NOT NULL;--> statement-breakpoint
CREATE INDEX `approvals_remind` ON `approvals` (`remind_at`) WHERE status = 'pending';