DROP TABLE `announcement_dismissals`;
--> statement-breakpoint
DROP TABLE `announcements`;
--> statement-breakpoint
DROP TABLE `realtime_connections`;
--> statement-breakpoint
DROP TABLE `realtime_follows`;
--> statement-breakpoint
DROP TABLE `realtime_tickets`;
