DROP TABLE `event_waits`;
--> statement-breakpoint
DROP INDEX `inbound_events_team`;
--> statement-breakpoint
ALTER TABLE `inbound_events` DROP COLUMN `waiting`;
