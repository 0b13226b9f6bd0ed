CREATE TABLE `platform_route_stats` (
	`size` text NOT NULL,
	`at` integer NOT NULL,
	`method` text NOT NULL,
	`route` text NOT NULL,
	`requests` integer NOT NULL,
	`errors` integer NOT NULL,
	`seconds` real NOT NULL,
	`within` text NOT NULL,
	PRIMARY KEY(`size`, `at`, `method`, `route`)
);
--> statement-breakpoint
CREATE TABLE `platform_stats` (
	`size` text NOT NULL,
	`metric` text NOT NULL,
	`at` integer NOT NULL,
	`label` text NOT NULL,
	`value` real NOT NULL,
	PRIMARY KEY(`size`, `metric`, `at`, `label`)
);
--> statement-breakpoint
CREATE INDEX `platform_stats_at` ON `platform_stats` (`size`,`at`);--> statement-breakpoint
CREATE INDEX `usage_counters_levels` ON `usage_counters` (`metric`,`value`) WHERE period = 'now';