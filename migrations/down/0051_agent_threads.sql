DROP TABLE `agent_turns`;--> statement-breakpoint
DROP TABLE `agent_threads`;
