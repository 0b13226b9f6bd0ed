DROP INDEX `runs_line`;--> statement-breakpoint
DROP INDEX `runs_slots`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `line_since`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `slot`;
