UPDATE `outbox` SET `type` = 'announcement.tell', `body` = json_set(`body`, '$.type', 'announcement.tell') WHERE `type` = 'announcement.deliver';--> statement-breakpoint
ALTER TABLE `budget_ledgers` RENAME COLUMN `notified_tokens` TO `told_tokens`;--> statement-breakpoint
ALTER TABLE `budget_ledgers` RENAME COLUMN `notified_cost` TO `told_cost`;