DROP TABLE `integration_connects`;
--> statement-breakpoint
DROP TABLE `integration_uses`;
--> statement-breakpoint
DROP TABLE `integration_tests`;
--> statement-breakpoint
DROP TABLE `integration_tokens`;
--> statement-breakpoint
DROP TABLE `integration_secrets`;
--> statement-breakpoint
DROP TABLE `integrations`;
