CREATE TABLE `audit_log` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`team_id` text NOT NULL,
	`actor_id` text,
	`actor_kind` text NOT NULL,
	`actor_key_id` text,
	`action` text NOT NULL,
	`target_type` text NOT NULL,
	`target_id` text NOT NULL,
	`before` text,
	`after` text,
	`address` text,
	`user_agent` text,
	`request_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`seal` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_log_id` ON `audit_log` (`id`);--> statement-breakpoint
CREATE INDEX `audit_log_team` ON `audit_log` (`team_id`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_log_actor` ON `audit_log` (`actor_id`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_log_action` ON `audit_log` (`action`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_log_target` ON `audit_log` (`target_id`,`seq`);--> statement-breakpoint
CREATE TABLE `audit_seals` (
	`team_id` text PRIMARY KEY NOT NULL,
	`sealed_seq` integer NOT NULL,
	`entries` integer NOT NULL,
	`seal` text NOT NULL,
	`sealed_at` integer NOT NULL
);
