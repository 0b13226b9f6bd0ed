DROP INDEX `audit_log_unsealed`;
--> statement-breakpoint
DROP INDEX `users_name`;
