CREATE INDEX `runs_finished` ON `runs` (`finished_at`);--> statement-breakpoint
CREATE INDEX `runs_created` ON `runs` (`created_at`,`id`);