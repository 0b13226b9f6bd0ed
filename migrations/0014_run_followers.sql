CREATE TABLE `run_followers` (
	`id` text PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`team_id` text NOT NULL,
	`user_id` text NOT NULL,
	`session_id` text,
	`token_version` integer,
	`key_id` text,
	`ends_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `run_followers_user` ON `run_followers` (`user_id`);--> statement-breakpoint
CREATE INDEX `run_followers_team` ON `run_followers` (`team_id`);--> statement-breakpoint
CREATE INDEX `run_followers_ends` ON `run_followers` (`ends_at`);