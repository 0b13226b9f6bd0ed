DELETE FROM `price_tables` WHERE `model` <> '';--> statement-breakpoint
DROP INDEX `price_tables_key`;--> statement-breakpoint
ALTER TABLE `price_tables` DROP COLUMN `above`;--> statement-breakpoint
ALTER TABLE `price_tables` DROP COLUMN `model`;--> statement-breakpoint
CREATE UNIQUE INDEX `price_tables_key` ON `price_tables` (`provider`,`gpu_type`,`region`,`unit`,`valid_from`);--> statement-breakpoint
DROP TABLE `model_breakers`;--> statement-breakpoint
DROP TABLE `ai_providers`;
