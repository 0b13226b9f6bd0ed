ALTER TABLE `mailbox` DROP COLUMN `attachments`;
