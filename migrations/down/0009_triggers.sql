DROP INDEX `approvals_untold`;
--> statement-breakpoint
DROP INDEX `approval_links_expires`;
--> statement-breakpoint
ALTER TABLE `workflow_triggers` DROP COLUMN `secret`;
--> statement-breakpoint
DROP INDEX `inbound_events_created`;
--> statement-breakpoint
ALTER TABLE `inbound_events` DROP COLUMN `targets`;
