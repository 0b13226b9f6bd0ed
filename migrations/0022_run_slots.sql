ALTER TABLE `runs` ADD `slot` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `line_since` integer;--> statement-breakpoint
UPDATE `runs` SET `slot` = `id` WHERE `status` = 'running' AND `deleted_at` IS NULL;--> statement-breakpoint
CREATE INDEX `runs_slots` ON `runs` (`team_id`,`slot`) WHERE slot IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_line` ON `runs` (`team_id`,`line_since`,`id`) WHERE line_since IS NOT NULL;