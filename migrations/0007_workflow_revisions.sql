ALTER TABLE `workflow_triggers` ADD `position` integer;--> statement-breakpoint
ALTER TABLE `workflows` ADD `revision` integer DEFAULT 1 NOT NULL;