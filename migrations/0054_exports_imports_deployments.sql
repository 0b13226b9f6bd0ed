CREATE TABLE `deleted_deployments` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`integration_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`published` integer NOT NULL,
	`uploads` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `deleted_deployments_integration` ON `deleted_deployments` (`integration_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `deleted_deployments_created` ON `deleted_deployments` (`created_at`);--> statement-breakpoint
ALTER TABLE `cost_export_schedules` ADD `integration_id` text;--> statement-breakpoint
ALTER TABLE `cost_export_schedules` ADD `object_path` text;--> statement-breakpoint
ALTER TABLE `cost_export_schedules` ADD `last_run` text;--> statement-breakpoint
ALTER TABLE `cost_imports` ADD `file_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `cost_imports` ADD `run_id` text;