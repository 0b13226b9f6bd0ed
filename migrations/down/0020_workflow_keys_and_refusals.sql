DROP INDEX `workflows_team_key`;--> statement-breakpoint
ALTER TABLE `workflows` DROP COLUMN `key`;--> statement-breakpoint
DROP TABLE `hook_refusals`;
