ALTER TABLE `budget_ledgers` RENAME COLUMN `told_cost` TO `notified_cost`;--> statement-breakpoint
ALTER TABLE `budget_ledgers` RENAME COLUMN `told_tokens` TO `notified_tokens`;--> statement-breakpoint
UPDATE `outbox` SET `type` = 'announcement.deliver', `body` = json_set(`body`, '$.type', 'announcement.deliver') WHERE `type` = 'announcement.tell';