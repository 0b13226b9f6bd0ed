CREATE TABLE `cost_export_schedules` (
	`team_id` text PRIMARY KEY NOT NULL,
	`every` text NOT NULL,
	`format` text NOT NULL,
	`folder` text NOT NULL,
	`next_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `cost_export_schedules_next` ON `cost_export_schedules` (`next_at`);