CREATE TABLE `integration_connects` (
	`state_hash` text PRIMARY KEY NOT NULL,
	`integration_id` text NOT NULL,
	`team_id` text NOT NULL,
	`user_id` text NOT NULL,
	`browser_hash` text NOT NULL,
	`code_verifier` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`integration_id`) REFERENCES `integrations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `integration_connects_integration` ON `integration_connects` (`integration_id`);--> statement-breakpoint
CREATE INDEX `integration_connects_expires` ON `integration_connects` (`expires_at`);--> statement-breakpoint
CREATE TABLE `integration_secrets` (
	`integration_id` text NOT NULL,
	`team_id` text NOT NULL,
	`field` text NOT NULL,
	`sealed` text NOT NULL,
	`last_four` text,
	`set_at` integer NOT NULL,
	`previous` text,
	`previous_until` integer,
	PRIMARY KEY(`integration_id`, `field`),
	FOREIGN KEY (`integration_id`) REFERENCES `integrations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `integration_secrets_previous` ON `integration_secrets` (`previous_until`);--> statement-breakpoint
CREATE TABLE `integration_tests` (
	`id` text PRIMARY KEY NOT NULL,
	`integration_id` text NOT NULL,
	`team_id` text NOT NULL,
	`outcome` text NOT NULL,
	`http_status` integer,
	`message` text NOT NULL,
	`duration_ms` integer NOT NULL,
	`tested_by` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`integration_id`) REFERENCES `integrations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `integration_tests_created` ON `integration_tests` (`integration_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `integration_tokens` (
	`integration_id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`access` text,
	`refresh` text,
	`expires_at` integer,
	`generation` integer DEFAULT 0 NOT NULL,
	`lease_id` text,
	`lease_until` integer,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`integration_id`) REFERENCES `integrations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `integration_uses` (
	`integration_id` text NOT NULL,
	`team_id` text NOT NULL,
	`day` text NOT NULL,
	`run_id` text NOT NULL,
	`workflow_id` text,
	`calls` integer NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`integration_id`, `day`, `run_id`),
	FOREIGN KEY (`integration_id`) REFERENCES `integrations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `integration_uses_last` ON `integration_uses` (`last_at`);--> statement-breakpoint
CREATE TABLE `integrations` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`type` text NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`config` text NOT NULL,
	`allowed_hosts` text NOT NULL,
	`status` text DEFAULT 'untested' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`last_test` text,
	`unclear_tests` integer DEFAULT 0 NOT NULL,
	`next_test_at` integer,
	`last_used_at` integer,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `integrations_team_name` ON `integrations` (`team_id`,`name`);--> statement-breakpoint
CREATE INDEX `integrations_team_created` ON `integrations` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `integrations_team_updated` ON `integrations` (`team_id`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `integrations_next_test` ON `integrations` (`next_test_at`);