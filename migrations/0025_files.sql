CREATE TABLE `file_links` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`kind` text NOT NULL,
	`token_hash` text NOT NULL,
	`file_id` text,
	`disposition` text NOT NULL,
	`folder` text DEFAULT '' NOT NULL,
	`max_bytes` integer,
	`max_uses` integer,
	`uses` integer DEFAULT 0 NOT NULL,
	`last_used_at` integer,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `file_links_token` ON `file_links` (`token_hash`);--> statement-breakpoint
CREATE INDEX `file_links_team` ON `file_links` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `file_links_file` ON `file_links` (`file_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `file_links_expires` ON `file_links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `file_uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`created_by` text NOT NULL,
	`name` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text,
	`tags` text NOT NULL,
	`on_conflict` text NOT NULL,
	`file_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `file_uploads_team` ON `file_uploads` (`team_id`,`expires_at`);--> statement-breakpoint
CREATE INDEX `file_uploads_expires` ON `file_uploads` (`expires_at`);--> statement-breakpoint
CREATE TABLE `file_uses` (
	`file_id` text NOT NULL,
	`user_kind` text NOT NULL,
	`user_id` text NOT NULL,
	`team_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`file_id`, `user_kind`, `user_id`)
);
--> statement-breakpoint
CREATE INDEX `file_uses_user` ON `file_uses` (`user_kind`,`user_id`);--> statement-breakpoint
CREATE INDEX `file_uses_team` ON `file_uses` (`team_id`);--> statement-breakpoint
CREATE TABLE `file_versions` (
	`file_id` text NOT NULL,
	`version` integer NOT NULL,
	`team_id` text NOT NULL,
	`object_key` text NOT NULL,
	`content_type` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`operation_id` text,
	PRIMARY KEY(`file_id`, `version`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `file_versions_object` ON `file_versions` (`object_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `file_versions_operation` ON `file_versions` (`operation_id`) WHERE operation_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `file_versions_team` ON `file_versions` (`team_id`,`size_bytes`);--> statement-breakpoint
CREATE TABLE `files` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`content_type` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`tags` text NOT NULL,
	`uploaded_by` text,
	`run_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `files_name` ON `files` (`team_id`,`name`) WHERE deleted_at IS NULL AND run_id IS NULL;--> statement-breakpoint
CREATE INDEX `files_created` ON `files` (`team_id`,`created_at`,`id`) WHERE deleted_at IS NULL AND run_id IS NULL;--> statement-breakpoint
CREATE INDEX `files_updated` ON `files` (`team_id`,`updated_at`,`id`) WHERE deleted_at IS NULL AND run_id IS NULL;--> statement-breakpoint
CREATE INDEX `files_size` ON `files` (`team_id`,`size_bytes`,`id`) WHERE deleted_at IS NULL AND run_id IS NULL;--> statement-breakpoint
CREATE INDEX `files_run` ON `files` (`run_id`) WHERE run_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `files_deleted` ON `files` (`deleted_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `files_team` ON `files` (`team_id`,`id`);--> statement-breakpoint
CREATE TABLE `sweep_positions` (
	`name` text PRIMARY KEY NOT NULL,
	`position` text NOT NULL,
	`next_at` integer NOT NULL
);
