DROP INDEX `agent_turns_run`;--> statement-breakpoint
UPDATE `agent_turns` SET `run_id` = `run_id` || '.' || `node` WHERE `node` <> '';--> statement-breakpoint
ALTER TABLE `agent_turns` DROP COLUMN `node`;--> statement-breakpoint
CREATE UNIQUE INDEX `agent_turns_run` ON `agent_turns` (`thread_id`,`run_id`);--> statement-breakpoint
ALTER TABLE `agent_threads` DROP COLUMN `bytes`;
