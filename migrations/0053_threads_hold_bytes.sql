DROP INDEX `agent_turns_run`;--> statement-breakpoint
ALTER TABLE `agent_turns` ADD `node` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `agent_turns_run` ON `agent_turns` (`thread_id`,`run_id`,`node`);--> statement-breakpoint
ALTER TABLE `agent_threads` ADD `bytes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `agent_threads` SET `bytes` = coalesce((SELECT sum(length(CAST(`asked` AS BLOB)) + coalesce(length(CAST(`answer` AS BLOB)), 0)) FROM `agent_turns` WHERE `thread_id` = `agent_threads`.`id`), 0);
