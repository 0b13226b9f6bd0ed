DROP TABLE `deployment_logs`;--> statement-breakpoint
DROP TABLE `deployment_files`;--> statement-breakpoint
DROP TABLE `deployments`;
