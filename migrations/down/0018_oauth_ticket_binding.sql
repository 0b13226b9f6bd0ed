ALTER TABLE `oauth_tickets` DROP COLUMN `browser_bound`;
