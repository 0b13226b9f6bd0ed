CREATE INDEX `users_name` ON `users` (lower("name"));--> statement-breakpoint
CREATE INDEX `audit_log_unsealed` ON `audit_log` (`seq`) WHERE seal IS NULL;