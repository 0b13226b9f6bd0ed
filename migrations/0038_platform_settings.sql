CREATE TABLE `platform_settings` (
	`id` text PRIMARY KEY NOT NULL,
	`settings` text NOT NULL,
	`version` integer NOT NULL,
	`updated_by` text,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
DROP INDEX `notifications_team`;--> statement-breakpoint
CREATE INDEX `notifications_team` ON `notifications` (`team_id`,`created_at`);--> statement-breakpoint
DROP INDEX `webhook_deliveries_team`;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_team` ON `webhook_deliveries` (`team_id`,`created_at`);