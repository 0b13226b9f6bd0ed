DROP TRIGGER `cost_days_added`;--> statement-breakpoint
DROP TRIGGER `cost_days_changed`;--> statement-breakpoint
DROP TRIGGER `cost_days_removed`;--> statement-breakpoint
DROP TABLE `cost_months`;--> statement-breakpoint
DROP INDEX `cost_snapshots_date`;--> statement-breakpoint
CREATE INDEX `cost_snapshots_date` ON `cost_snapshots` (`team_id`,`date`,`id`);
