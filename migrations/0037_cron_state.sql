CREATE TABLE `cron_state` (
	`id` text PRIMARY KEY NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer NOT NULL,
	`tasks` text NOT NULL
);
