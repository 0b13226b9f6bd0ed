ALTER TABLE `runs` DROP COLUMN `cached_tokens`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `reasoning_tokens`;--> statement-breakpoint
ALTER TABLE `runs` DROP COLUMN `unpriced_calls`;
