CREATE TABLE `hook_refusals` (
	`id` text PRIMARY KEY NOT NULL,
	`trigger_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`status` integer NOT NULL,
	`code` text NOT NULL,
	`detail` text NOT NULL,
	`method` text NOT NULL,
	`path` text NOT NULL,
	`delivery_id` text,
	`content_type` text,
	`user_agent` text,
	`address` text,
	`size_bytes` integer,
	FOREIGN KEY (`trigger_id`) REFERENCES `workflow_triggers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `hook_refusals_trigger` ON `hook_refusals` (`trigger_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `hook_refusals_created` ON `hook_refusals` (`created_at`);--> statement-breakpoint
ALTER TABLE `workflows` ADD `key` text;--> statement-breakpoint
CREATE UNIQUE INDEX `workflows_team_key` ON `workflows` (`team_id`,`key`);