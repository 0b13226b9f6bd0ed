CREATE TABLE `approval_links` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`approval_id` text NOT NULL,
	`user_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`approval_id`) REFERENCES `approvals`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `approval_links_approval` ON `approval_links` (`approval_id`);--> statement-breakpoint
CREATE TABLE `approvals` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`run_id` text NOT NULL,
	`workflow_id` text,
	`path` text NOT NULL,
	`status` text NOT NULL,
	`title` text NOT NULL,
	`message` text DEFAULT '' NOT NULL,
	`form` text,
	`assignees` text DEFAULT '[]' NOT NULL,
	`quorum` integer DEFAULT 1 NOT NULL,
	`allow_self` integer DEFAULT true NOT NULL,
	`decisions` text DEFAULT '[]' NOT NULL,
	`started_by` text,
	`seq` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`reminded_at` integer,
	`decided_at` integer
);
--> statement-breakpoint
CREATE INDEX `approvals_team_created` ON `approvals` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `approvals_team_status` ON `approvals` (`team_id`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `approvals_run` ON `approvals` (`run_id`);--> statement-breakpoint
CREATE TABLE `inbound_events` (
	`team_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`data` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`team_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `inbound_events_name` ON `inbound_events` (`team_id`,`name`,`created_at`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`workflow_id` text,
	`workflow_version` integer NOT NULL,
	`workflow_name` text NOT NULL,
	`status` text NOT NULL,
	`trigger_type` text NOT NULL,
	`trigger_key` text,
	`started_by` text,
	`parent_run_id` text,
	`seq` integer NOT NULL,
	`progress` integer DEFAULT 0 NOT NULL,
	`waiting_for` text,
	`error` text,
	`cost_micro_usd` integer DEFAULT 0 NOT NULL,
	`input_tokens` integer DEFAULT 0 NOT NULL,
	`output_tokens` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`duration_ms` integer,
	`wake_by` integer,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `runs_team_created` ON `runs` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_team_status` ON `runs` (`team_id`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_workflow_created` ON `runs` (`workflow_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_workflow_status` ON `runs` (`workflow_id`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_wake` ON `runs` (`wake_by`);--> statement-breakpoint
CREATE INDEX `runs_parent` ON `runs` (`parent_run_id`);--> statement-breakpoint
CREATE TABLE `store_entries` (
	`team_id` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`operation_id` text NOT NULL,
	`expires_at` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`team_id`, `key`),
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `store_entries_expires` ON `store_entries` (`expires_at`);--> statement-breakpoint
CREATE TABLE `store_operations` (
	`operation_id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`result` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `store_operations_created` ON `store_operations` (`created_at`);--> statement-breakpoint
CREATE TABLE `team_variables` (
	`team_id` text NOT NULL,
	`name` text NOT NULL,
	`value` text NOT NULL,
	`updated_by` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`team_id`, `name`),
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `workflow_templates` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`category` text DEFAULT '' NOT NULL,
	`is_public` integer DEFAULT false NOT NULL,
	`definition` text NOT NULL,
	`triggers` text DEFAULT '[]' NOT NULL,
	`variables` text DEFAULT '{}' NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `workflow_templates_team` ON `workflow_templates` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `workflow_templates_public` ON `workflow_templates` (`is_public`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `workflow_triggers` (
	`id` text PRIMARY KEY NOT NULL,
	`workflow_id` text NOT NULL,
	`team_id` text NOT NULL,
	`key` text NOT NULL,
	`type` text NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`config` text NOT NULL,
	`token` text,
	`event_name` text,
	`next_fire_at` integer,
	`last_fire_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workflow_id`) REFERENCES `workflows`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `workflow_triggers_key` ON `workflow_triggers` (`workflow_id`,`key`);--> statement-breakpoint
CREATE UNIQUE INDEX `workflow_triggers_token` ON `workflow_triggers` (`token`);--> statement-breakpoint
CREATE INDEX `workflow_triggers_due` ON `workflow_triggers` (`next_fire_at`);--> statement-breakpoint
CREATE INDEX `workflow_triggers_event` ON `workflow_triggers` (`team_id`,`type`,`event_name`);--> statement-breakpoint
CREATE TABLE `workflow_versions` (
	`workflow_id` text NOT NULL,
	`version` integer NOT NULL,
	`definition` text NOT NULL,
	`definition_hash` text NOT NULL,
	`triggers` text NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workflow_id`, `version`),
	FOREIGN KEY (`workflow_id`) REFERENCES `workflows`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `workflows` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`folder` text DEFAULT '' NOT NULL,
	`tags` text NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`draft` text,
	`draft_updated_at` integer,
	`error_workflow_id` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `workflows_team_created` ON `workflows` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `workflows_team_updated` ON `workflows` (`team_id`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `workflows_team_name` ON `workflows` (`team_id`,`name`,`id`);--> statement-breakpoint
CREATE INDEX `workflows_team_folder` ON `workflows` (`team_id`,`folder`,`created_at`,`id`);