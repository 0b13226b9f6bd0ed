CREATE TABLE `event_waits` (
	`run_id` text NOT NULL,
	`path` text NOT NULL,
	`team_id` text NOT NULL,
	`name` text NOT NULL,
	`key` text NOT NULL,
	`attempt` integer NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`run_id`, `path`)
);
--> statement-breakpoint
CREATE INDEX `event_waits_key` ON `event_waits` (`team_id`,`key`,`run_id`);--> statement-breakpoint
ALTER TABLE `inbound_events` ADD `waiting` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `inbound_events_team` ON `inbound_events` (`team_id`,`created_at`,`id`);