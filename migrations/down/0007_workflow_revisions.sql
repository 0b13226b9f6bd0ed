ALTER TABLE `workflows` DROP COLUMN `revision`;
--> statement-breakpoint
ALTER TABLE `workflow_triggers` DROP COLUMN `position`;
