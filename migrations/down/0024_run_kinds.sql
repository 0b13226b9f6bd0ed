DROP INDEX `runs_subject`;--> statement-breakpoint
DROP INDEX `runs_kind`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `subject_id`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `kind`;
