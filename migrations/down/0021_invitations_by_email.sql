DROP INDEX `team_invitations_email`;
