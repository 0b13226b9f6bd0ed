DROP TRIGGER `webhook_run_status_changed`;
--> statement-breakpoint
DROP TRIGGER `webhook_run_reported_first`;
--> statement-breakpoint
DROP TABLE `webhook_run_changes`;
--> statement-breakpoint
DROP TABLE `webhook_callback_keys`;
--> statement-breakpoint
DROP TABLE `webhook_deliveries`;
--> statement-breakpoint
DROP TABLE `webhook_events`;
--> statement-breakpoint
DROP TABLE `webhook_endpoints`;
