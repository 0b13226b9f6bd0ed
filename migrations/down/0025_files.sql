DROP TABLE `files`;--> statement-breakpoint
DROP TABLE `file_versions`;--> statement-breakpoint
DROP TABLE `file_uploads`;--> statement-breakpoint
DROP TABLE `file_links`;--> statement-breakpoint
DROP TABLE `file_uses`;--> statement-breakpoint
DROP TABLE `sweep_positions`;
