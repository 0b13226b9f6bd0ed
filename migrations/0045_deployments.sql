CREATE TABLE `deployment_files` (
	`deployment_id` text NOT NULL,
	`n` integer NOT NULL,
	`team_id` text NOT NULL,
	`path` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`content_type` text NOT NULL,
	`sha256` text NOT NULL,
	`digest` text NOT NULL,
	`meta` text DEFAULT '' NOT NULL,
	`state` text NOT NULL,
	`file_id` text,
	`file_version` integer,
	`inline_text` text,
	`zip_offset` integer,
	`zip_bytes` integer,
	`zip_method` integer,
	PRIMARY KEY(`deployment_id`, `n`)
);
--> statement-breakpoint
CREATE INDEX `deployment_files_state` ON `deployment_files` (`deployment_id`,`state`,`n`);--> statement-breakpoint
CREATE INDEX `deployment_files_team` ON `deployment_files` (`team_id`);--> statement-breakpoint
CREATE TABLE `deployment_logs` (
	`deployment_id` text NOT NULL,
	`seq` integer NOT NULL,
	`team_id` text NOT NULL,
	`at` integer NOT NULL,
	`level` text NOT NULL,
	`message` text NOT NULL,
	`file` text,
	`bytes` integer,
	PRIMARY KEY(`deployment_id`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `deployment_logs_team` ON `deployment_logs` (`team_id`);--> statement-breakpoint
CREATE TABLE `deployments` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`platform` text NOT NULL,
	`project` text NOT NULL,
	`integration_id` text NOT NULL,
	`environment` text NOT NULL,
	`target` text NOT NULL,
	`action` text NOT NULL,
	`based_on` text,
	`status` text NOT NULL,
	`url` text,
	`aliases` text DEFAULT '[]' NOT NULL,
	`platform_id` text,
	`source` text NOT NULL,
	`settings` text NOT NULL,
	`message` text DEFAULT '' NOT NULL,
	`when_busy` text NOT NULL,
	`files_total` integer DEFAULT 0 NOT NULL,
	`files_changed` integer DEFAULT 0 NOT NULL,
	`files_sent` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`warnings` text DEFAULT '[]' NOT NULL,
	`error` text,
	`state` text DEFAULT '{}' NOT NULL,
	`run_id` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`published_at` integer,
	`ready_at` integer,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `deployments_team` ON `deployments` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `deployments_status` ON `deployments` (`team_id`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `deployments_project` ON `deployments` (`team_id`,`project`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `deployments_target` ON `deployments` (`team_id`,`target`,`ready_at`) WHERE ready_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `deployments_open` ON `deployments` (`updated_at`) WHERE status IN ('queued', 'preparing', 'uploading', 'processing');--> statement-breakpoint
CREATE INDEX `deployments_integration` ON `deployments` (`integration_id`,`created_at`);