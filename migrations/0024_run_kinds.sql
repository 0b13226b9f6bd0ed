ALTER TABLE `runs` ADD `kind` text DEFAULT 'workflow' NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `subject_id` text;--> statement-breakpoint
CREATE INDEX `runs_kind` ON `runs` (`team_id`,`kind`,`created_at`,`id`) WHERE kind <> 'workflow';--> statement-breakpoint
CREATE INDEX `runs_subject` ON `runs` (`team_id`,`subject_id`,`created_at`,`id`) WHERE subject_id IS NOT NULL;