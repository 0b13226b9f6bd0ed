CREATE TABLE `announcement_dismissals` (
	`user_id` text NOT NULL,
	`announcement_id` text NOT NULL,
	`dismissed_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `announcement_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`announcement_id`) REFERENCES `announcements`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `announcement_dismissals_of` ON `announcement_dismissals` (`announcement_id`);--> statement-breakpoint
CREATE TABLE `announcements` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`message` text NOT NULL,
	`level` text NOT NULL,
	`audience_plan` text,
	`audience_team_id` text,
	`starts_at` integer NOT NULL,
	`expires_at` integer,
	`ended_at` integer,
	`published_at` integer,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `announcements_created` ON `announcements` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `announcements_shown` ON `announcements` (`ended_at`,`starts_at`);--> statement-breakpoint
CREATE INDEX `announcements_starts` ON `announcements` (`published_at`,`starts_at`);--> statement-breakpoint
CREATE TABLE `realtime_connections` (
	`id` text PRIMARY KEY NOT NULL,
	`hub` text NOT NULL,
	`kind` text NOT NULL,
	`team_id` text NOT NULL,
	`user_id` text NOT NULL,
	`session_id` text,
	`token_version` integer,
	`key_id` text,
	`address` text,
	`user_agent` text,
	`opened_at` integer NOT NULL,
	`ends_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `realtime_connections_user` ON `realtime_connections` (`user_id`);--> statement-breakpoint
CREATE INDEX `realtime_connections_team` ON `realtime_connections` (`team_id`);--> statement-breakpoint
CREATE INDEX `realtime_connections_hub` ON `realtime_connections` (`hub`);--> statement-breakpoint
CREATE INDEX `realtime_connections_opened` ON `realtime_connections` (`opened_at`,`id`);--> statement-breakpoint
CREATE INDEX `realtime_connections_ends` ON `realtime_connections` (`ends_at`);--> statement-breakpoint
CREATE TABLE `realtime_follows` (
	`hub` text PRIMARY KEY NOT NULL,
	`followed_until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `realtime_follows_until` ON `realtime_follows` (`followed_until`);--> statement-breakpoint
CREATE TABLE `realtime_tickets` (
	`ticket_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`team_id` text NOT NULL,
	`session_id` text,
	`token_version` integer,
	`key_hash` text,
	`origin` text,
	`channels` text,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `realtime_tickets_expires` ON `realtime_tickets` (`expires_at`);--> statement-breakpoint
CREATE INDEX `realtime_tickets_team` ON `realtime_tickets` (`team_id`);