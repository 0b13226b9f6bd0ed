ALTER TABLE `runs` ADD `stuck_since` integer;--> statement-breakpoint
CREATE INDEX `runs_stuck` ON `runs` (`stuck_since`) WHERE stuck_since IS NOT NULL;