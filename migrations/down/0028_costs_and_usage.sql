DROP TABLE `cost_snapshots`;
--> statement-breakpoint
DROP TABLE `usage_snapshots`;
--> statement-breakpoint
DROP TABLE `cost_days`;
--> statement-breakpoint
DROP TABLE `currency_rates`;
