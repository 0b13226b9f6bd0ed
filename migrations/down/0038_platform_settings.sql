DROP INDEX `webhook_deliveries_team`;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_team` ON `webhook_deliveries` (`team_id`);--> statement-breakpoint
DROP INDEX `notifications_team`;--> statement-breakpoint
CREATE INDEX `notifications_team` ON `notifications` (`team_id`);--> statement-breakpoint
DROP TABLE `platform_settings`;
