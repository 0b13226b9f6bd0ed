ALTER TABLE `cost_export_schedules` DROP COLUMN `integration_id`;--> statement-breakpoint
ALTER TABLE `cost_export_schedules` DROP COLUMN `object_path`;--> statement-breakpoint
ALTER TABLE `cost_export_schedules` DROP COLUMN `last_run`;--> statement-breakpoint
ALTER TABLE `cost_imports` DROP COLUMN `file_name`;--> statement-breakpoint
ALTER TABLE `cost_imports` DROP COLUMN `run_id`;--> statement-breakpoint
DROP TABLE `deleted_deployments`;
