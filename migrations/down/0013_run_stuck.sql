DROP INDEX `runs_stuck`;
--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `stuck_since`;
