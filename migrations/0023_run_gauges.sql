DROP INDEX `runs_finished`;--> statement-breakpoint
CREATE INDEX `runs_finished` ON `runs` (`finished_at`,`status`,`deleted_at`);