DROP INDEX `usage_counters_levels`;--> statement-breakpoint
DROP TABLE `platform_route_stats`;--> statement-breakpoint
DROP TABLE `platform_stats`;
