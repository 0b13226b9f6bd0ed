ALTER TABLE `runs` ADD `start_key` text;--> statement-breakpoint
CREATE INDEX `runs_start_key` ON `runs` (`team_id`,`start_key`) WHERE start_key IS NOT NULL;--> statement-breakpoint
DELETE FROM `approval_links`;--> statement-breakpoint
DELETE FROM `approvals`;--> statement-breakpoint
DELETE FROM `event_waits`;--> statement-breakpoint
DELETE FROM `run_followers`;--> statement-breakpoint
DELETE FROM `run_labels`;--> statement-breakpoint
DELETE FROM `runs`;
