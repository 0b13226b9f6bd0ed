DROP INDEX `runs_start_key`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `start_key`;
