DROP INDEX `api_keys_expires`;--> statement-breakpoint
DROP INDEX `api_keys_revoked`;
