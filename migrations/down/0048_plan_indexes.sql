DROP INDEX `task_schedules_team`;--> statement-breakpoint
DROP INDEX `task_dependencies_team`;--> statement-breakpoint
DROP INDEX `task_comments_team`;--> statement-breakpoint
DROP INDEX `realtime_connections_kind`;--> statement-breakpoint
DROP INDEX `model_breakers_updated`;
