DROP TABLE `run_labels`;--> statement-breakpoint
ALTER TABLE `approvals` DROP COLUMN `starters`;--> statement-breakpoint
ALTER TABLE `inbound_events` DROP COLUMN `sent_by`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `title`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `tags`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `metadata`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `cancelled_by`;--> statement-breakpoint
ALTER TABLE `workflow_triggers` DROP COLUMN `created_by`;
