DROP TABLE `notification_mails`;
--> statement-breakpoint
DROP TABLE `notification_sources`;
--> statement-breakpoint
DROP TABLE `notification_settings`;
--> statement-breakpoint
DROP TABLE `notifications`;
