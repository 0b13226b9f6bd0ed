CREATE INDEX `model_breakers_updated` ON `model_breakers` (`updated_at`);--> statement-breakpoint
CREATE INDEX `realtime_connections_kind` ON `realtime_connections` (`kind`);--> statement-breakpoint
CREATE INDEX `task_comments_team` ON `task_comments` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `task_dependencies_team` ON `task_dependencies` (`team_id`);--> statement-breakpoint
CREATE INDEX `task_schedules_team` ON `task_schedules` (`team_id`);