CREATE TABLE `run_leases` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`host` text NOT NULL,
	`slots` integer NOT NULL,
	`period` text NOT NULL,
	`runs` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `run_leases_team` ON `run_leases` (`team_id`);--> statement-breakpoint
CREATE INDEX `run_leases_expires` ON `run_leases` (`expires_at`);