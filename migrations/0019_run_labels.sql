CREATE TABLE `run_labels` (
	`run_id` text NOT NULL,
	`label` text NOT NULL,
	`team_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`run_id`, `label`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `run_labels_label` ON `run_labels` (`team_id`,`label`,`created_at`,`run_id`);--> statement-breakpoint
ALTER TABLE `approvals` ADD `starters` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `title` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `tags` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `metadata` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `cancelled_by` text;--> statement-breakpoint
ALTER TABLE `inbound_events` ADD `sent_by` text;--> statement-breakpoint
ALTER TABLE `workflow_triggers` ADD `created_by` text;--> statement-breakpoint
UPDATE `approvals` SET `starters` = json_array(`started_by`) WHERE `started_by` IS NOT NULL;--> statement-breakpoint
UPDATE `workflow_triggers` SET `created_by` = (SELECT w.`created_by` FROM `workflows` w WHERE w.`id` = `workflow_triggers`.`workflow_id`);
