DROP TABLE `agent_templates`;--> statement-breakpoint
DROP TABLE `agent_versions`;--> statement-breakpoint
DROP TABLE `agents`;
