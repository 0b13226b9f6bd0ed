ALTER TABLE `oauth_states` DROP COLUMN `return_challenge`;
--> statement-breakpoint
DROP TABLE `oauth_tickets`;
